"""Checks of `minprune.formulas.penalties`."""
