"""Checks of `minprune.formulas.schedules`."""
