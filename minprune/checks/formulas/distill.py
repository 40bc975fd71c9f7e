"""Checks of `minprune.formulas.distill`."""
