"""Worked examples: what is wrong is found by computing, and what is right was typed by hand."""

import re
from fractions import Fraction as F

import numpy as np
import pytest

from minprune.documents.items import ITEMS
from minprune.documents.worked import EXAMPLES, Step
from minprune.language import using

W_D43 = [[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]]
H1 = [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]
H2 = [[0.7, 0.8, 0.9], [0.1, 0.2, 0.3]]
H3 = [[0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]
ZERO = [[0, 0, 0], [0, 0, 0]]

STEPS = {  # (step, right value, printed value, whether it is wrong)
    "A-4.4": [
        ("importance of layer 1", 2.1, 2.1, False),
        ("importance of layer 2", 3.0, 3.0, False),
        ("importance of layer 3", 3.9, 3.2, True),
        ("layer 1 pruned", ZERO, ZERO, False),
        ("layer 2 pruned", H2, [[0.7, 0.8, 0.9], [0, 0, 0]], True),
        ("layer 3 pruned", H3, [[0, 0, 0], [0.7, 0.8, 0.9]], True),
        ("as printed, weights pruned at 0.65?", "yes", None, False),
        ("as printed, rows pruned at L1 norm 2?", "yes", None, False),
        ("layers kept at 2.5, by L1 norm", 2, None, False),
        ("... by L2 norm", 0, None, False),
        ("... by squared L2 norm", 1, None, False),
        ("output of the network", "constant", "important weights", True),
    ],
    "A-5.5": [
        ("parameters before", 50_890, 784_096, True),
        ("parameters after zeroing weights", 50_890, 196_608, True),
        ("compression ratio of the printed figures", 3.9881184895833335, None, False),
        ("compression rate of the printed figures", 0.7492551932416438, None, False),
        ("accuracy lost", 0.002, None, False),
        ("... in standard errors, at least", 20 / 380**0.5, None, False),
        ("... in standard errors, at most", 20**0.5, None, False),
        ("speed-up of the printed times", float(F(5, 3)), None, False),
    ],
    "B-4c": [
        ("8 x 10, all weights 0.005, theta = 0.01", 1.0, 200.0, True),
        ("[[-0.9, 0.05], [0.4, -0.02]], theta = 0.1", 0.5, 1.4598540145985401, True),
        ("W of D-4.3, theta = 0.2", float(F(2, 9)), 0.46511627906976744, True),
        ("8 x 10, all weights 0.5, theta = 1", 1.0, 2.0, True),
    ],
    "C-4.2f": [
        ("loss", 0.5, None, False),
        ("gradient", [1.0, 2.0], None, False),
        ("pruned by gradient |g|", "weight 1", None, False),
        ("pruned by magnitude |w|", "weight 2", None, False),
        ("pruned by Taylor |w g|", "weight 2", None, False),
        ("pruned by OBD h w^2 / 2", "weight 2", None, False),
        ("change of the loss by the Taylor series", [1.5, 0.0], None, False),
        ("change of the loss if each is set to zero", [1.5, 0.0], None, False),
        ("to be pruned", "weight 2", "weight 1", True),
    ],
    "C-5.2a": [
        ("weights kept of W of D-4.3", 5, 0, True),
        ("of [0.75, 0.25, -0.125]", 1, 1, False),
        ("of [-0.75, 0.25, 0.125]", 1, 0, True),
    ],
    "D-4.3": [
        ("sum of squares", 2.75, 2.75, False),
        ("norm of W", 1.6583123951777, 1.66, False),
        (
            "f(W) = W / norm",
            [
                [0.0603022689155527, 0.1809068067466582, 0.3015113445777636],
                [0.3618136134933163, 0.422115882408869, 0.4824181513244218],
                [0.5427204202399746, 0.0603022689155527, 0.1809068067466582],
            ],
            [[0.06, 0.18, 0.30], [0.36, 0.42, 0.48], [0.54, 0.06, 0.18]],
            False,
        ),
        ("mask", [[0, 1, 1], [1, 1, 1], [1, 0, 1]], [[0, 1, 1], [1, 1, 1], [1, 0, 1]], False),
        ("W * mask", [[0, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0, 0.3]], [[0] * 3] * 3, True),
        ("weights kept", 7, 0, True),
        ("sparsity", float(F(2, 9)), None, False),
        ("weights kept, by f(W)", 5, None, False),
        ("theta on W for all zeros", 0.9, None, False),
        ("theta on f(W) for all zeros", 0.5427204202399746, None, False),
    ],
    "E-4.3": [
        ("mean activation", [1.0, 0.1], None, False),
        ("activation times outgoing weights", [0.0, 0.5], None, False),
        ("change of the output without each", [0.0, 0.5], None, False),
        ("pruned by activation", "neuron 2", None, False),
        ("to be pruned", "neuron 1", "neuron 2", True),
    ],
}
ALL = [(item, k) for item, steps in STEPS.items() for k in range(len(steps))]


def same(value, expected):
    if expected is None or isinstance(expected, str):
        return value == expected
    return np.allclose(np.asarray(value, float), expected, rtol=1e-10, atol=1e-15)


def test_these_are_the_examples():
    assert list(EXAMPLES) == sorted(EXAMPLES) == list(STEPS)
    for item, make in EXAMPLES.items():
        assert make().id == item and make().title and make().moral
        assert [step.what for step in make().steps] == [step[0] for step in STEPS[item]]
        assert any(other.id.startswith(item) for other in ITEMS)


@pytest.mark.parametrize(("item", "k"), ALL)
def test_every_step_against_numbers_typed_by_hand(item, k):
    what, right, printed, wrong = STEPS[item][k]
    step = EXAMPLES[item]().steps[k]
    assert step.what == what and same(step.right, right) and same(step.printed, printed)
    assert step.wrong is wrong or step.wrong == wrong


@pytest.mark.parametrize(("item", "k"), ALL)
def test_wrong_is_computed_and_no_flag(item, k):
    step = EXAMPLES[item]().steps[k]
    if isinstance(step.right, str):
        agree, differ = step.right, step.right + "!"
    else:
        agree = np.round(np.asarray(step.right, float), step.places)
        differ = agree + 10.0**-step.places
    assert not step._replace(printed=agree).wrong
    assert step._replace(printed=differ).wrong
    assert not step._replace(printed=None).wrong


@pytest.mark.parametrize(
    ("step", "wrong"),
    [
        (Step("", 1.6583, 1.66, places=2), False),
        (Step("", 1.6583, 1.66), True),
        (Step("", 1.6583, 1.65, places=2), True),
        (Step("", 2.1000000000000001, 2.1), False),
        (Step("", 0.1 + 0.2, 0.3), False),  # rounding is no mistake of a document
        (Step("", [1, 2], [1, 2]), False),
        (Step("", [1, 2], [2, 1]), True),
        (Step("", np.ones((2, 2)), np.ones((2, 3))), True),
        (Step("", "yes", "no"), True),
        (Step("", "yes", "yes"), False),
        (Step("", 0, None), False),
    ],
)
def test_wrong_means_another_value_in_the_places_printed(step, wrong):
    assert step.wrong == wrong


def test_what_is_given_is_what_the_documents_print():
    assert EXAMPLES["D-4.3"]().given["W"].tolist() == W_D43
    assert EXAMPLES["D-4.3"]().given["theta"] == 0.2
    given = EXAMPLES["A-4.4"]().given
    assert [given[h].tolist() for h in ("h1", "h2", "h3")] == [H1, H2, H3]
    assert given["theta"] == 2.5
    given = EXAMPLES["C-4.2f"]().given
    assert [given["x"].tolist(), given["w"].tolist(), given["y"]] == [[1, 2], [3, 1], 4]
    given = EXAMPLES["E-4.3"]().given
    assert [*map(np.ndarray.tolist, (given["activations"], given["outgoing weights"]))] == [
        [1.0, 0.1], [0.0, 5.0]
    ]  # fmt: skip
    assert given["output"] == 0.5


@pytest.mark.parametrize(
    ("item", "what", "words"),
    [
        ("A-4.4", "as printed, rows pruned at L1 norm 2?",
         ["1.5 < theta <= 2.4", "[0.6 1.5], [2.4 0.6], [1.5 2.4]"]),
        ("A-4.4", "as printed, weights pruned at 0.65?", ["0.6 < theta <= 0.7"]),
        ("A-5.5", "parameters before", ["795 h + 10", "986.27"]),
        ("A-5.5", "parameters after zeroing weights", ["247.29"]),
        ("C-4.2f", "pruned by Taylor |w g|", ["[3. 2.]"]),
        ("C-4.2f", "pruned by OBD h w^2 / 2", ["[4.5 2. ]"]),
        ("D-4.3", "sum of squares", ["11/4"]),
        ("D-4.3", "sparsity", ["2/9"]),
        ("D-4.3", "weights kept, by f(W)", ["0.3317"]),
        ("B-4c", "8 x 10, all weights 0.005, theta = 0.01", ["20,000 %"]),
    ],
)  # fmt: skip
def test_the_reasons_hold_their_numbers(item, what, words):
    (step,) = [step for step in EXAMPLES[item]().steps if step.what == what]
    assert all(word in step.why for word in words), step.why


def numbers(text):
    """The numbers in a text, in any order; but for 1, which English has as a word."""
    return sorted(set(re.findall(r"\d+(?:[.,]\d+)*", text)) - {"1"})


@pytest.mark.parametrize("item", EXAMPLES)
def test_an_example_is_the_same_in_chinese(item):
    english = EXAMPLES[item]()
    with using("zh"):
        chinese = EXAMPLES[item]()
    assert [step.wrong for step in chinese.steps] == [step.wrong for step in english.steps]
    pairs = [(english.title, chinese.title), (english.moral, chinese.moral)]
    for en, zh in zip(english.steps, chinese.steps, strict=True):
        pairs += [(en.what, zh.what), (en.why, zh.why)]
        for ours, theirs in (en.right, zh.right), (en.printed, zh.printed):
            if isinstance(ours, str):
                pairs.append((ours, theirs))
            else:
                assert same(ours, theirs)
    for en, zh in pairs:
        assert numbers(en) == numbers(zh) and en.isascii()
        assert en != zh or not re.search("[A-Za-z]{2}", en)
    for en, zh in zip(english.given.items(), chinese.given.items(), strict=True):
        assert (zh[0] == en[0]) == bool(re.fullmatch(r"[A-Za-z]\d?|theta", en[0]))
        assert isinstance(en[1], str) or same(zh[1], en[1])
