"""What a learner is told."""

import numpy as np
import pytest

from minprune.checks import check_of, verdict
from minprune.checks.check import Call, Check, Seed, given
from minprune.checks.compare import difference
from minprune.checks.diagnosis import NOTHING, Diagnosis
from minprune.checks.evaluate import evaluate
from minprune.checks.judge import run_check
from minprune.checks.trial import Trial, Tried
from minprune.checks.verdict import Failure
from minprune.checks.words import explained
from minprune.exercises import exercise_of
from minprune.formulas import costs
from minprune.report import exercises_page, verify_page


def half(x, *, twice=False):
    """Half of x.

    Source: A-4.2, D-4.1b.

    B-3a says a third.
    """
    return x if twice else x / 2


@pytest.fixture
def check():
    check = Check(half)
    check.worked("A-4.2", given([2.0, 4.0]), gives=[1.0, 2.0])
    check.worked("by hand", given(3.0), gives=1.5)
    check.edge("nothing", given(np.zeros(0)))
    check.edge("both", given(8.0, twice=True))

    @check.random
    def _(rng):
        return given(rng.standard_normal(5))

    @check.property("Half of twice a number is the number.", "两倍的一半应是原数。")
    def _(rng):
        x = rng.standard_normal(3)
        once, more = yield [given(x), given(2 * x)]
        return np.allclose(more, x) and np.allclose(2 * once, x)

    @check.mistake("It takes a third.", "除以了三。")
    def _(x, *, twice=False):
        return x if twice else x / 3

    @check.mistake("It forgets `twice`.", "忽略了 twice 参数。")
    def _(x, *, twice=False):
        return x / 2

    @check.mistake("It writes to x.", "改写了输入的 x。")
    def _(x, *, twice=False):
        if isinstance(x, np.ndarray):
            x /= 1 if twice else 2
            return x
        return half(x, twice=twice)

    return check


def test_what_is_declared_is_run(check):
    verdict = run_check(check, half)
    assert verdict.passed and verdict.status == "passed"
    assert verdict.run == verdict.declared == 4 + 4 + 2  # by hand, at random, for the property
    assert check.ids == ("A-4.2", "D-4.1b") and check.signature == "def half(x, *, twice=False):"


def test_every_mistake_is_told(check):
    for mistake in check.mistakes:
        for seed in range(3):
            verdict = run_check(check, mistake.function, seed)
            assert (verdict.status, verdict.en) == ("mistake", mistake.en)
            assert not verdict.passed


def test_a_mistake_is_told_although_it_gives_whole_numbers():
    def third(x, *, twice=False):
        return x / 3

    def whole(x, *, twice=False):
        return x.astype(int) // 2

    def judged(function, *mistakes):
        check = Check(half)
        check.worked("by hand", given([6.0, 12.0]), [3.0, 6.0])
        check.worked("of which a third is right too", given([0.0]), [0.0])
        for mistake in mistakes:
            check.mistake(f"It is {mistake.__name__}.", "有错误的函数。")(mistake)
        return run_check(check, function)

    assert judged(lambda x: x.astype(int) // 3, third).en == "It is third."
    assert judged(whole, third, whole).en == "It is whole."
    right = judged(whole, third)  # but for the kind
    assert right.status == "mistake" and right.en.startswith("The result holds whole numbers")
    assert judged(lambda x: x / 2, third, whole).passed


def test_the_smallest_case_that_fails_is_shown(check):
    failure = run_check(check, check.mistakes[0].function).failure
    assert failure.case.call.args == (3.0,) and failure.expected == 1.5 and failure.got == 1.0
    failure = run_check(check, lambda x, twice=False: np.asarray(x) * 0.25).failure
    assert failure.case.call.args == (3.0,)
    failure = run_check(
        check, lambda x, twice=False: half(x, twice=twice) + (np.size(x) == 5)
    ).failure
    assert failure.case.call.args[0].shape == (5,) and failure.difference.where == (0,)


def composed():
    """A check whose mistakes are edits, so that two can be made at once."""
    check = Check(clipped)
    check.worked("by hand", given([3.0, -5.0, 0.5], 2.0), [2.0, -2.0, 0.5])
    check.worked("by hand", given([[4.0, -1.0]], 3.0), [[3.0, -1.0]])
    check.edge("nothing", given(np.zeros(0), 1.0))
    check.edits("""
np.minimum(x, limit) -> x
    It does not limit large numbers.
    没有限制大的数。
-limit -> 0
    It makes negative numbers 0.
    把负数变成了 0。
return 2 * result
    It is twice too large.
    大了一倍。
""")
    return check


def clipped(x, limit):
    return np.maximum(np.minimum(x, limit), -limit)


def test_two_mistakes_at_once_are_named():
    check = composed()
    for one, other, both in check.pairs():
        verdict = run_check(check, both)
        assert verdict.status == "mistake"
        assert verdict.en == f"Two mistakes at once. {one.en} {other.en}"
        assert verdict.zh == f"同时有两处错误。{one.zh}{other.zh}"
    assert len([*check.pairs()]) == 3
    student = run_check(check, lambda x, limit: np.where(x < 0, 0 * x, 2 * np.minimum(x, limit)))
    assert "negative" in student.en and "twice" in student.en
    assert student.failure.case.call.args[1] == 3.0  # the smallest of those that fail


def test_one_mistake_wins_over_two():
    check = composed()
    check.edits("""
return 2 * np.minimum(x, limit)
    It limits on one side only, and doubles.
    只限制了一侧，还加倍了。
""")
    assert not run_check(check, lambda x, limit: 2 * np.minimum(x, limit)).en.startswith("Two")


def test_two_mistakes_of_the_formulas_are_named_or_are_one_of_ours():
    for name in ("threshold_prune", "rank_mask", "l2_penalty", "polynomial_decay"):
        check = check_of(name)
        for one, other, both in [*check.pairs()][::5]:
            outcomes = evaluate(both, Trial.of(check, 0).calls)
            trial = Trial.of(check, 0)
            of_many_pairs = Diagnosis(trial, outcomes).idle
            undone = trial.undone(Tried([one, other], both, trial.calls))
            if of_many_pairs or undone or any(isinstance(o.value, complex) for o in outcomes):
                continue
            verdict = run_check(check, both)
            assert verdict.status in ("mistake", "passed"), (name, one.en, other.en, verdict)


def test_what_fails_elsewhere_too_looks_like_a_mistake():
    check = composed()

    def fails_for_nothing(x, limit):
        return 2 * clipped(x, limit) if np.max(x) > -9 else None  # of nothing there is no maximum

    verdict = run_check(check, fails_for_nothing)
    assert verdict.status == "like" and not verdict.passed
    start = "It looks like a known mistake. It is twice too large. Here it also raises ValueError"
    assert verdict.en.startswith(start) and verdict.zh.startswith(
        "像是一个典型错误。大了一倍。此外"
    )
    assert verdict.failure.case.what == "nothing" and verdict.failure.error

    def fails_mostly(x, limit):  # one of two wrong results is not more than half
        return 2 * clipped(x, limit) if np.ndim(x) > 1 else 7 * x

    assert run_check(check, fails_mostly).status == "failed"

    def always_fails(x, limit):
        raise KeyError("x")

    assert run_check(check, always_fails).en == "It raises KeyError: 'x'."


def test_a_mistake_that_also_changes_its_arguments_is_named():
    check = composed()

    def doubles_in_place(x, limit):
        x *= 2
        return np.clip(x / 2, -limit, limit) * 2

    verdict = run_check(check, doubles_in_place)
    assert verdict.status == "mistake"
    assert verdict.en == "It is twice too large. It changes its arguments (x)."
    assert verdict.zh == "大了一倍。函数改动了传入的参数（x）。"


def several():
    """A check with several calls of every kind."""

    def total(w, start=0.0):
        return np.sum(w) + start

    check = Check(total)
    for entries in ([[1.0, 2.0]], [[3.0], [4.0]], [[5.0, -1.0], [0.5, 7.0]], np.zeros((0, 2))):
        check.edge("by default", given(entries))
        check.edge("with a start", given(entries, start=2.5))
    check.edge("one axis", given([1.5, 2.5, 8.0]))
    check.edits("""
return 3 * result
    It is three times too large.
    大了两倍。
""")
    return check


def test_a_fault_is_told_by_what_the_wrong_calls_have_in_common():
    def verdict(function):
        return run_check(several(), function)

    ignored = verdict(lambda w, start=0.0: np.sum(w))
    start = "It is wrong in every case where `start` is given, and in no other. The result is"
    assert ignored.status == "mistake" and ignored.en.startswith(start)
    assert ignored.zh.startswith("以下情况全部出错，其他用例均正确：传入了 `start`。")
    assert ignored.failure.case.call.kwargs == {"start": 2.5}

    only_rows = verdict(lambda w, start=0.0: np.sum(w) + start if np.ndim(w) > 1 else w[0])
    assert only_rows.en.startswith(
        "It is wrong in every case where `w` has one axis, and in no other."
    )

    both = verdict(lambda w, start=0.0: 3 * (np.sum(w) + start) if np.ndim(w) > 1 else 0.0)
    assert both.status == "mistake"
    assert both.en == "It is three times too large. It is also wrong where `w` has one axis."
    assert both.failure.case.what == "one axis"

    many = verdict(lambda w, start=0.0: (4 if start else 3) * (np.sum(w) + start))
    assert many.en == "It is three times too large. It is also wrong where `start` is given."

    by_chance = verdict(lambda w, start=0.0: np.sum(w) + start + (np.sum(w) == 7) / 2)
    assert by_chance.status == "failed"  # two calls that have nothing of their own in common


def test_a_mistake_that_explains_most_results_is_named_with_one_that_it_does_not():
    def nearly(w, start=0.0):
        return (3 if np.sum(w) != 11.5 or start else 4) * (np.sum(w) + start)

    verdict = run_check(several(), nearly)
    assert verdict.status == "like"
    assert verdict.en == (
        "It looks like a known mistake. It is three times too large. That explains 7 of 8 wrong "
        "results, not the one below."
    )
    assert verdict.failure.expected == 11.5 and verdict.failure.got == 46.0


def test_a_mistake_that_explains_three_of_four_results_is_named():
    def mostly(w, start=0.0):
        other = np.sum(w) == 12.0 or (np.sum(w) == 7.0 and start)
        return (4 if other else 3) * (np.sum(w) + start)

    assert "That explains 6 of 8 wrong results" in run_check(several(), mostly).en


def test_a_mistake_that_always_fails_is_none():
    check = several()
    check.edits("""
np.sum(w) -> w.total
    It asks for an attribute that arrays do not have.
    用了数组没有的属性。
""")
    assert run_check(check, lambda w, start=0.0: w.sums).en.startswith("It raises AttributeError")


def test_a_mistake_that_explains_half_of_the_results_is_not_named():
    def often(w, start=0.0):
        return (4 if np.sum(w) in (7.0, 12.0) else 3) * (np.sum(w) + start)

    assert run_check(several(), often).status == "failed"


def test_every_status_has_a_name_on_every_page():
    statuses = {verdict.PASSED, verdict.MISTAKE, verdict.LIKE, verdict.FAILED, verdict.CHANGED,
                verdict.PROPERTY, verdict.BROKEN}  # fmt: skip
    for page in (verify_page, exercises_page):
        for language in ("en", "zh"):
            assert statuses <= {*page.STATUS[language]}, (page, language)


def test_an_answer_where_the_mistake_has_none_looks_like_it():
    check = numbers_check()

    @check.mistake(
        "It adds the first, and fails for nothing.", "加上了第一个数，且不能处理空数组。"
    )
    def _(x, limit):
        return clipped(x, limit) + x.flat[0]

    check.edge("nothing", given(np.zeros(0), 1.0))
    verdict = run_check(
        check, lambda x, limit: (clipped(x, limit) + x.flat[0]) if x.size else [1.0]
    )
    assert verdict.status == "like" and "has no result here" in verdict.en


def numbers_check():
    check = Check(clipped)
    for case in ([3.0, -5.0, 0.5], [0.25, 1.0, -1.0], [0.0, 2.0]):
        check.edge("numbers", given(case, 2.0))
    check.edge("rows", given([[1.0, -3.0, 7.0], [0.5, 2.0, -0.25]], 2.0))
    return check


def test_general_mistakes_are_named_alone_and_with_others():
    check = numbers_check()
    check.edits("""
-limit -> 0
    It makes negative numbers 0.
    把负数变成了 0。
""")

    def said(change):
        verdict = run_check(check, lambda x, limit: change(clipped(x, limit), x, limit))
        assert verdict.status == "mistake"
        return verdict.en

    assert said(lambda y, *_: 100 * y) == "The result is in percent, 100 times too large."
    assert said(lambda y, *_: np.round(y, 1)).startswith("The result is rounded to 1 decimal")
    assert said(lambda y, *_: y.ravel()) == "The result is flat; it has to keep its shape."
    both = "Two mistakes at once. It makes negative numbers 0. The result is twice too large."
    assert said(lambda y, *_: 2 * np.maximum(y, 0)) == both
    two = said(lambda y, *_: (y / np.max(y)).round(1))
    assert two.startswith("Two mistakes at once. The result is divided by its largest entry.")


def test_what_all_cases_have_in_common_is_said():
    def said(change):
        verdict = run_check(numbers_check(), lambda x, limit: change(clipped(x, limit)))
        assert verdict.status == "failed"
        return verdict.en.removeprefix("In every case the result is "), verdict.zh

    ten = "10 times what it should be.", "每个用例的结果都是正确值的 10 倍。"
    assert said(lambda y: 10 * y) == ten
    assert said(lambda y: y - 3) == ("3 less than it should be.", "每个用例的结果都比正确值小 3。")
    assert said(lambda y: 0 * y) == ("0.0.", "每个用例的结果都是 0.0。")
    assert said(lambda y: y[None, None])[0].startswith("The shape of the result is (1, 1, ")
    assert said(lambda y: y + y.flat[0])[0].startswith("Entry [0] of the result is ")


def test_unfinished_functions_are_not_made_of_two_mistakes():
    def said(exercise, function):
        verdict = run_check(exercise_of(exercise), function)
        assert verdict.status == "failed" and verdict.failure is not None
        return verdict.en

    assert (
        said("prune_smallest", lambda w, sparsity: w) == "In every case the result is `w` as it is."
    )
    assert said("raise_threshold", lambda w, *_: w.copy()).endswith("the result is `w` as it is.")
    assert (
        said("layer_importance", lambda layers: []) == "The shape of the result is (0,), not (1,)."
    )
    every = said("prune_smallest", lambda w, sparsity: np.ones(w.shape, bool))
    assert every == "In every case the result is True."
    none = said("prune_smallest", lambda w, sparsity: np.zeros(w.shape, bool))
    assert none == "In every case the result is False."
    zero = said("polynomial_decay", lambda *_, **__: 0)
    assert zero == "In every case the result is 0."


def test_two_mistakes_of_which_one_undoes_the_other_are_not_named():
    def backwards(x):
        return x[::-1]

    check = Check(backwards)
    for n in range(2, 8):
        check.edge("numbers", given(np.arange(n)))
    check.edits("""
x[::-1] -> x
    It returns the numbers in their order.
    没有颠倒次序。
return result[::-1] if len(x) < 7 else 0 * result
    It reverses short lists twice.
    短的列表颠倒了两次。
""")
    (both,) = (both for _, _, both in check.pairs())
    (pair,) = [t for t in Trial.of(check, 0).pairs if t.mistakes == check.mistakes]
    assert Trial.of(check, 0).undone(pair)  # wrong in one call, and each alone in six
    verdict = run_check(check, both)
    assert verdict.status == "failed" and verdict.failure.case.call.args[0].size == 7


def test_nothing_is_said_of_every_case_if_some_raise(check):
    def fails(x, twice=False):
        if np.size(x) == 5:
            raise ValueError
        return 4 * half(x, twice=twice)

    assert run_check(check, fails).en == (
        "Wherever it raises no error, the result is 4 times what it should be."
    )
    nearly = run_check(check, lambda x, twice=False: (1 + 3e-6) * half(x, twice=twice))
    assert nearly.en == "The result is 1.5000045, not 1.5."  # and not "1 times"


def test_a_place_is_named_only_if_a_mistake_explains_none_of_it():
    def wrong(w, start=0.0):  # once where a start is given, and thrice the sum as often
        return (4 if start and np.sum(w) == 3 else 3) * (np.sum(w) + start)

    said = run_check(several(), wrong).en
    assert said.startswith("It looks like a known mistake. It is three times too large.")
    assert "`start`" not in said


def test_how_many_entries_are_wrong_is_said():
    check = Check(lambda w: w > 0)
    for case in ([1.0, -1.0], [[1.0, 2.0, -1.0]], [[1.0], [-2.0]]):
        check.edge("numbers", given(case))
    one = "Entry [1] of the result is True, not False. Wrong entries: 1 of 2; True: 2, not 1."
    assert run_check(check, lambda w: (w > 0) | (w == -1)).en == one


def test_none_is_an_answer_where_some_case_has_no_other():
    def said(wrong, *cases):
        check = Check(lambda w: w[0] if len(w) else None)
        for case in cases:
            check.edge("numbers", given(case))
        return run_check(check, wrong).en

    assert said(lambda w: None, [2.0]) == NOTHING[0]
    assert (
        said(lambda w: None if w[:1] == 2 else w[0], [2.0], [3.0])
        == "The result is None, not a float."
    )
    assert said(lambda w: 2.0, [2.0], np.zeros(0)) == (
        "It is wrong in every case where `w` is empty, and in no other. "
        "The result is a float, not None."
    )


def test_an_unknown_error_is_explained(check):
    def explained(function):
        verdict = run_check(check, function)
        assert verdict.status == "failed" and verdict.zh.endswith("。")
        return verdict.en

    verdict = run_check(check, lambda x, twice=False: half(x, twice=twice) if np.ndim(x) else None)
    assert (verdict.status, verdict.en) == ("failed", "The result is None, not a float.")
    assert explained(lambda x, twice=False: "7") == "The result is a text, not a float."
    assert explained(lambda x, twice=False: x / 7).startswith("The result is 0.428")
    shapes = explained(lambda x, twice=False: np.ones(2))
    assert shapes == "The shape of the result is (2,), not ()."
    assert explained(lambda x, twice=False: half(x).real + len(x)).startswith("It raises TypeError")
    without = run_check(check, lambda x: x / 2)
    assert "where `twice` is given, and in no other. It raises TypeError" in without.en


def test_nothing_at_all_is_a_mistake(check):
    verdict = run_check(check, lambda x, twice=False: print(end=""))
    assert (verdict.status, verdict.en, verdict.zh) == ("mistake", *NOTHING)
    fails = run_check(check, lambda x, twice=False: None if np.size(x) > 1 else x.nothing)
    assert fails.en == NOTHING[0]


def test_nothing_is_not_said_of_a_function_that_fails_wherever_something_is_due():
    check = Check(lambda w: w[0] if len(w) else None)
    check.edge("nothing", given(np.zeros(0)))
    check.edge("numbers", given([1.0, 2.0]))
    verdict = run_check(check, lambda w: w.nothing if len(w) else None)
    assert "raises AttributeError" in verdict.en and "returns nothing" not in verdict.en


def test_returned_arguments_are_named_where_copies_are_asked_for():
    def clipped(x):
        return np.maximum(x, 0) if np.any(x < 0) else x

    check = Check(clipped)
    check.edge("nothing to clip", given([1.0, 2.0]))
    check.edge("something to clip", given([1.0, -2.0]))
    assert run_check(check, clipped).passed
    check.copies = True
    verdict = run_check(check, clipped)
    assert (verdict.status, verdict.en) == ("changed", "It returns x; a copy is asked for.")
    assert verdict.failure.case.call.args[0].tolist() == [1.0, 2.0] and "x" in verdict.zh
    assert run_check(check, lambda x: x.clip(0)).passed
    assert run_check(check, lambda x: {"x": [x[:1]]}).status == "failed"


def test_the_place_of_the_first_difference_is_told():
    def told(expected, got):
        return explained(Failure(None, expected, got, "", difference(expected, got)))

    assert told([1.0, 2.0], [1.0, 3.0]) == (
        "Entry [1] of the result is 3.0, not 2.0. Wrong entries: 1 of 2.",
        "结果的 [1] 处应为 2.0，得到 3.0。2 个元素中 1 个不同。",
    )
    assert told((0.5, np.ones(2)), (0.5, None)) == (
        "Entry [1] of the result is None, not an array (2,) of floats.",
        "结果的 [1] 处应为形状 (2,) 的浮点数组，得到空值 None。",
    )
    assert told((0.5, np.ones(2)), (0.5, np.ones(3))) == (
        "The shape of entry [1] of the result is (3,), not (2,).",
        "结果的 [1] 处的形状应为 (2,)，得到 (3,)。",
    )


def test_changed_arguments_are_named(check):
    def changes(x, twice=False):
        y = half(x, twice=twice)
        if isinstance(x, np.ndarray) and x.size == 5:
            x[3] = 7
        return y

    verdict = run_check(check, changes)
    assert (verdict.status, verdict.en) == ("changed", "It changes its arguments (x).")
    assert "x" in verdict.zh and not verdict.passed


def test_a_property_can_fail_alone():
    check = Check(half)
    check.edge("zero", given(0.0))

    @check.property("Half of two is one.", "二的一半应为一。")
    def _(rng):
        (one,) = yield [given(2.0)]
        return one == 1

    assert run_check(check, half).passed
    wrong = [lambda x: 0.0, lambda x: "x" if x else 0.0, lambda x: 1 / 0 if x else 0.0]
    wrong += [lambda x: np.array([1.0, 2.0]) if x else 0.0, lambda x: np.ones(0) if x else 0.0]
    for function in wrong:
        verdict = run_check(check, function)
        assert (verdict.status, verdict.en) == ("property", "Half of two is one.")


def test_a_property_has_to_end():
    check = Check(half)

    @check.property("It never ends.", "没有结束。")
    def _(rng):
        while True:
            yield [given(2.0)]

    with pytest.raises(TypeError, match="yield one list of calls"):
        run_check(check, half)


def test_an_error_can_be_a_mistake(check):
    @check.mistake("It fails where there is nothing.", "空数组时出错。")
    def _(x, *, twice=False):
        return half(x, twice=twice) + 0 * np.max(x)

    def other(x, *, twice=False):
        if not np.size(x):
            raise ValueError("in other words")
        return half(x, twice=twice)

    assert run_check(check, other).en == "It fails where there is nothing."


def test_seeds_draw_other_random_cases(check):
    one, two, again = check.cases(1), check.cases(2), check.cases(1)
    assert [c.what for c in one].count("random numbers") == 4
    np.testing.assert_array_equal(one[-1].call.args[0], again[-1].call.args[0])
    assert (one[-1].call.args[0] != two[-1].call.args[0]).all()
    assert (one[-1].call.args[0] != one[-2].call.args[0]).all()
    assert one[:4] is not two[:4] and len(one) == len(two) == 8


def test_lists_of_numbers_become_arrays_lists_of_arrays_stay():
    call = given([1.0, 2.0], [[1, 2], [3, 4]], [True], [np.ones(2), np.ones(3)], (1, 2), [], k=[1])
    shapes = [np.shape(a) for a in call.args[:3]]
    assert shapes == [(2,), (2, 2), (1,)]
    assert [a.dtype.kind for a in call.args[:3]] == ["f", "i", "b"]
    assert type(call.args[3]) is list and call.args[4] == (1, 2)
    assert call.kwargs["k"].tolist() == [1]
    assert repr(given([1.0], k=Seed(3))) == "np.array([1.0]), k=np.random.default_rng(3)"
    values = [
        np.float32([1]),
        np.zeros((0, 2)),
        (1,),
        [np.array([True])],
        ("conv", 3),
        costs.Pool(),
    ]
    assert eval(f"[{given(*values)!r}]", {"np": np, "Pool": costs.Pool})[2:] == values[2:]
    assert len(repr(given(np.zeros(10_000)))) < 200
    assert given(np.ones((2, 3)), 1.0).size == (False, 7) and given([]).size == (True, 0)
    (rows,) = given([[1.0], [1.0, 2.0]]).args
    assert [row.shape for row in rows] == [(1,), (2,)]


def test_each_evaluation_has_arguments_of_its_own():
    def spoils(x):
        x += 1
        return x

    call = Call((np.zeros(2),), {})
    for outcome in evaluate(spoils, [call, call]):
        assert outcome.value.tolist() == [1, 1] and outcome.changed == (0,)
    assert call.args[0].tolist() == [0, 0]


def test_a_verdict_on_fewer_calls_than_declared_is_no_pass(check):
    verdict = run_check(check, half)
    assert verdict.passed and not verdict._replace(run=verdict.run - 1).passed
    assert not verdict._replace(run=0, declared=0).passed
