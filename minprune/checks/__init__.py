"""Checks of every formula, and the classic mistakes as code, for functions of any source.

`assert_computes(function, "rank_mask")` tests a function in a test suite, and `cases_of` gives each
case as a test. `check_of("rank_mask")` is the check; `run_check(check, function)` judges by it.
"""

from minprune.checks.asserts import assert_computes, cases_of
from minprune.checks.registry import MODULES, check_of, checks

__all__ = ["MODULES", "assert_computes", "cases_of", "check_of", "checks"]
