"""Checks of `minprune.formulas.metrics`."""
