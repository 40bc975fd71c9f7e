"""Checks of `minprune.formulas.factorization`."""
