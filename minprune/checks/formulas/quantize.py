"""Checks of `minprune.formulas.quantize`."""
