"""Checks of `minprune.formulas.convolution`."""
