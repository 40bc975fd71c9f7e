"""Checks of `minprune.formulas.units`."""
