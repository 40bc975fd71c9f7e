"""Checks of `minprune.formulas.scores`."""
