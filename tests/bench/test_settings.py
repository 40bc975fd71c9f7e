"""What can be chosen about the benchmark, and what cannot."""

import sys
from dataclasses import replace

import pytest

from minprune.bench.libraries import LIBRARIES
from minprune.bench.peers import ALL, ENGINE, PEERS
from minprune.bench.settings import QUICK, BenchSettings
from minprune.threads import cores


def test_the_whole_benchmark():
    settings = BenchSettings()
    assert settings.networks == (
        "784-64-10", "784-300-100-10", "784-1024-1024-10", "cnn", "lenet5", "plain", "vgg16/4"
    )  # fmt: skip
    assert settings.sparsities == (0, 0.5, 0.8, 0.9, 0.95, 0.98)
    assert settings.batches == (1, 64, 256, 1024)
    assert settings.threads == cores() and set(settings.peers) == set(PEERS)


def test_the_quick_one_is_a_part_of_it():
    quick, whole = BenchSettings(**QUICK), BenchSettings()
    for name in ("networks", "sparsities", "batches"):
        assert set(getattr(quick, name)) < set(getattr(whole, name))
    assert quick.rounds < whole.rounds and quick.peers == whole.peers


def test_sparsities_and_batches_are_put_in_order_and_lists_become_tuples():
    settings = BenchSettings(sparsities=[0.9, 0.0], batches=[4, 1, 2], networks=["4-2"], peers=[])
    assert (settings.sparsities, settings.batches) == ((0.0, 0.9), (1, 2, 4))
    assert (settings.networks, settings.peers) == (("4-2",), ())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"networks": ()}, ["networks", "at least one"]),
        ({"networks": ("cnn", "cnn")}, ["networks", "twice"]),
        ({"networks": ("vgg",)}, ["networks", "'vgg'", "'cnn'"]),
        ({"sparsities": ()}, ["sparsities"]),
        ({"sparsities": (0.5, 0.5)}, ["sparsities", "twice"]),
        ({"sparsities": (0.5, 1.0)}, ["sparsity", "1.0"]),
        ({"sparsities": (90,)}, ["sparsity", "0.9"]),
        ({"sparsities": (-0.1,)}, ["sparsity"]),
        ({"sparsities": (float("nan"),)}, ["sparsity", "nan"]),
        ({"batches": ()}, ["batches"]),
        ({"batches": (0,)}, ["batches", "0"]),
        ({"batches": (8, 8)}, ["batches", "twice"]),
        ({"rounds": 0}, ["rounds", "0"]),
        ({"seconds": 0}, ["seconds", "0"]),
        ({"trained": ("a.npz", "a.npz")}, ["trained", "twice"]),
        ({"threads": 0}, ["threads", "0"]),
        ({"threads": cores() + 1}, ["threads", str(cores() + 1)]),
        ({"seed": -1}, ["seed"]),
        ({"peers": ("jax",)}, ["peers", "'jax'", "'numpy'"]),
        ({"peers": ("numpy", "numpy")}, ["peers", "twice"]),
        ({"peers": (ENGINE,)}, ["peers", "'engine'"]),  # it is always there
        ({"pythons": ("/no/such/python",)}, ["python", "/no/such/python"]),
        ({"pythons": (__file__,)}, ["python"]),  # there, but no program
    ],
)
def test_senseless_choices_are_refused_by_name(change, words):
    with pytest.raises(ValueError) as error:
        replace(BenchSettings(), **change)
    assert all(word in str(error.value) for word in words), error.value


def test_an_interpreter_may_be_given_by_its_path():
    assert BenchSettings(pythons=(sys.executable,)).pythons == (sys.executable,)


def test_every_library_that_can_be_asked_for_is_known_to_its_worker():
    from minprune.bench.ours import LIBRARIES as OURS

    assert set(LIBRARIES) | set(OURS) == set(ALL) and not set(LIBRARIES) & set(OURS)
    for key, peer in ALL.items():
        assert (key in OURS) == ("minprune.bench.ours" in peer.command)
    titles = [peer.title for peer in ALL.values()]
    assert len(set(titles)) == len(titles)


def test_cases_are_counted_with_the_trained_ones():
    settings = BenchSettings(("9-4", "9-5"), (0.5, 0.9, 0.95), (1, 8), trained=("a.npz",))
    assert settings.cases == (2 * 3 + 1) * 2


@pytest.mark.parametrize(
    ("wanted", "batches", "near"),
    [(256, (1, 64, 1024), 64), (256, (1, 150, 1024), 150), (1, (8, 64), 8), (256, (255, 256), 256)],
)
def test_the_nearest_batch_is_nearest_as_a_ratio(wanted, batches, near):
    assert BenchSettings(batches=batches).batch_near(wanted) == near
