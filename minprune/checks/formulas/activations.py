"""Checks of `minprune.formulas.activations`."""
