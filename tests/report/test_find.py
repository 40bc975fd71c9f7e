"""Searching by words: the function that a query means comes first."""

import pytest

from minprune.exercises import exercises
from minprune.report.find import ELSEWHERE, called, near, search, things


def first(query):
    named, mention = search(query)
    return (named + mention)[0].name


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("PolynomialDecay", "polynomial_decay"),
        ("OBD", "obd_saliency"),
        ("SynFlow", "synflow"),
        ("N:M", "nm_mask"),
        ("APoZ", "apoz"),
        ("CSR bytes", "csr_bytes"),
        ("distillation loss", "distillation_loss"),
        ("network surgery", "NetworkSurgery"),
    ],
)
def test_a_stranger_finds_the_function_first(query, name):
    assert first(query) == name


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("polynomial-decay", "polynomial_decay"),  # hyphens, spaces, case
        ("POLYNOMIAL decay", "polynomial_decay"),
        ("synflow pruning", "prune_by_synflow"),  # other endings
        ("sensitivity scans", "sensitivity_scan"),
        ("distilled", "distillation_loss"),
        ("the optimal brain surgeon", "obs_saliency"),  # a first line, a little word
        ("Guo 2016", "splice_mask"),  # papers
        ("lecun optimal", "obd_saliency"),
        ("lottery", "find_ticket"),
        ("l1_unstructured", "prune_by_magnitude"),  # other libraries
        ("MagnitudePruning", "prune_by_magnitude"),
        ("layer-wise", "layerwise_rank_masks"),
        ("vgg", "vgg16_layers"),  # all but a number
        ("NByM", "nm_mask"),
        ("FLOPs", "network_costs"),
        ("masked step", "masked_step"),  # an exercise
        ("straight-through", "fake_quantize_gradient"),  # a docstring
        ("Conv2D", "conv2d"),  # of equals the formula
        ("batch norm", "BatchNorm"),
    ],
)
def test_words_are_compared_as_people_type_them(query, name):
    assert first(query) == name


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("阈值", "threshold_mask"),  # of an exercise
        ("知识蒸馏", "soften"),  # of a family
        ("三次", "polynomial_decay"),  # of a mistake that a check knows
        ("幅度剪枝", "prune_by_magnitude"),
        ("中奖彩票", "winning_ticket"),
        ("掩码阈值", "threshold_mask"),  # no text has both together
        ("敏感度", "sensitivity_scan"),
        ("六步流程", "A-3.2"),  # the title of an item
        ("推荐质量", "C-6.2"),  # a note
        ("平移一个像素", "A-3.4c"),  # a claim
        ("软阈值", "l1_proximal"),  # a first line
        ("并列规则", "score_mask"),
    ],
)
def test_chinese_words_find(query, name):
    named, mention = search(query)
    assert name in [thing.name for thing in named + mention][:8]


def test_what_names_a_thing_stands_before_what_mentions_it():
    named, mention = search("OBD")
    assert [thing.name for thing in named] == ["obd_saliency"]
    assert "second_order_influence" in [thing.name for thing in mention]
    assert not {thing.name for thing in named} & {thing.name for thing in mention}


def test_a_name_is_found_in_any_writing():
    for typed in ("NetworkSurgery", "network surgery", "network-surgery", "NETWORK_SURGERY"):
        assert [thing.name for thing in called(typed)] == ["NetworkSurgery"]
    for typed in ("conv2d", "Conv2D"):
        assert sorted(thing.name for thing in called(typed)) == ["Conv2D", "conv2d"]
        assert called(typed)[0].name == typed
    assert called("surgery") == called("") == []


def test_every_word_must_be_found():
    assert search("distillation surgery") == ([], [])
    assert search("") == ([], []) == search("the")


def test_all_exercises_and_items_can_be_found():
    names = [thing.name for thing in things()]
    assert len({*names}) == len(names)
    assert {exercise.name for exercise in exercises().values()} <= {*names}
    assert {"rank_mask", "Dense", "prune_by_magnitude", "CSR", "predict_classes", "A-4.2"} <= {
        *names
    }


def test_names_from_elsewhere_lead_to_functions_that_exist():
    names = {thing.name for thing in things()}
    assert {*ELSEWHERE} <= names
    for name, words in ELSEWHERE.items():
        named, mention = search(words.split()[0])
        assert name in [thing.name for thing in named + mention], words


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("rankmask2", "rank_mask"), ("polynomal decay", "polynomial_decay"),
     ("distilation", "distillation_loss"), ("NetworkSurgary", "NetworkSurgery")],
)  # fmt: skip
def test_near_names(typed, meant):
    assert search(typed) == ([], []) and meant in near(typed)
    assert near("nonsense") == []
