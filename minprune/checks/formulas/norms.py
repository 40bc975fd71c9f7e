"""Checks of `minprune.formulas.norms`."""
