"""Checks of `minprune.formulas.allocation`."""
