"""What a learner is told: right, which classic mistake, or where it fails."""

from typing import NamedTuple

from minprune.checks.check import Case
from minprune.checks.compare import Difference

PASSED, MISTAKE, LIKE, FAILED = "passed", "mistake", "like", "failed"
CHANGED, PROPERTY, BROKEN = "changed", "property", "broken"


class Verdict(NamedTuple):
    """The verdict of a check on an implementation.

    status    "passed"; "mistake": it makes a known one, or two at once; "like": it makes one in
              all calls that both it and the mistake can answer, or in most; "failed": another one,
              see `failure`; "changed": right, but it changed its arguments, or returned one where
              a copy is asked for; "property": right on all cases, but a property does not hold;
              "broken": there was nothing to judge, see `en`
    en, zh    what to tell the learner
    failure   the smallest case that fails, if there is one; of "like" one that the mistake answers
              otherwise
    run       how many calls were judged; a check that ran fewer than it declares has not passed
    declared  how many there are
    """

    name: str
    status: str
    en: str = ""
    zh: str = ""
    failure: object = None
    run: int = 0
    declared: int = 0

    @property
    def passed(self):
        return self.status == PASSED and self.run == self.declared > 0


class Failure(NamedTuple):
    """A case that fails: what should have come, what came, and where the two first differ."""

    case: Case
    expected: object
    got: object
    error: str
    difference: Difference | None


def broken(check, en, zh, call=None):
    """The verdict on what could not be judged, and the call that was not answered, if any."""
    return Verdict(check.name, BROKEN, en, zh, None if call is None else only_call(call))


def only_call(call):
    """A failure of which nothing but the call is known."""
    return Failure(Case(call, ""), None, None, "", None)
