"""Checks of `minprune.formulas.costs`."""
