"""Checks of `minprune.formulas.influence`."""
