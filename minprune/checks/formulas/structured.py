"""Checks of `minprune.formulas.structured`."""
