"""Costs are measured once, kept, and believed within bounds only."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest

import minprune as mp
from minprune.nn.network import mlp
from minprune.sparse import measure
from minprune.sparse.choice import FIXED, Costs
from minprune.sparse.one_sample import LINES
from minprune.sparse.panels import PAIR, SLAB
from minprune.sparse.sample_kernels import LINE_TILES
from minprune.sparse.sample_plan import plan_sample

compiled = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="costs are of compiled code")


@pytest.fixture
def measuring(monkeypatch, tmp_path):
    """Costs are measured, and kept in a folder of the test's own."""
    monkeypatch.setenv("MINPRUNE_MEASURE", "1")
    monkeypatch.setattr(measure, "_known", {})
    monkeypatch.setattr(measure, "kept", lambda name: tmp_path / name)
    return tmp_path


def test_without_measuring_costs_are_fixed():
    assert measure.costs_of_samples("f") is measure.costs_of_panels("d") is FIXED
    sparse = mp.SparseEngine(mlp([4, 3, 2], np.random.default_rng(0)))
    assert "from fixed costs." in sparse.explain()


@compiled
@pytest.mark.parametrize("dtype", "fd")
@pytest.mark.parametrize(("costs_of", "cases"), [
    (measure.costs_of_samples, measure.SAMPLES), (measure.costs_of_panels, measure.PANELS),
])  # fmt: skip
def test_costs_of_this_machine(measuring, costs_of, cases, dtype, monkeypatch):
    costs = costs_of(dtype)
    changed = {name for name in Costs._fields if getattr(costs, name) != getattr(FIXED, name)}
    assert changed <= {*cases} and len(changed) > len(cases) // 2
    for name in cases:
        assert measure._possible(name, getattr(costs, name))
    (file,) = measuring.iterdir()
    kept = json.loads(file.read_text())
    assert FIXED._replace(**kept) == costs
    monkeypatch.setattr(measure, "_measured", None)  # not again: neither here nor in a new program
    assert costs_of(dtype) is costs
    measure._known.clear()
    assert costs_of(dtype) == costs


@pytest.mark.parametrize("text", [
    "", "[]", "{", "3", '{"entry": 3}', '{"entry": NaN, "run": 10, "block": 16}', None,
])  # fmt: skip
def test_a_file_that_does_not_hold_costs_is_not_believed(tmp_path, text):
    file = tmp_path / "costs.json"
    right = dict.fromkeys(measure.PANELS, 9.0)
    measure._write(file, right | {"group_of_blocks": 64.0})
    assert measure._read(file, measure.PANELS) == right | {"group_of_blocks": 64.0}
    for name, cost in (("run", 1e9), ("run", -1), ("run", None), ("run", "9"), ("run", np.nan)):
        measure._write(file, right | {"group_of_blocks": 64.0, name: cost})
        assert measure._read(file, measure.PANELS) is None
    if text is not None:
        file.write_text(text)
    assert measure._read(file, measure.PANELS) is None
    assert measure._read(tmp_path / "none", measure.PANELS) is measure._read(None, {}) is None
    measure._write(None, right)


@compiled
def test_costs_are_bounded_whatever_the_clock_tells(monkeypatch):
    for times, times_fixed in (((1, 2), 1 / measure.RANGE), ((2e9, 1), measure.RANGE)):
        minima = [1e-6, *np.resize(times, 2 * len(measure.PANELS))]
        monkeypatch.setattr(measure, "_minima", lambda calls, minima=minima: minima)
        found = measure._measured(np.dtype("f"), measure.PANELS, lambda *_: None)
        assert found == {name: getattr(FIXED, name) * times_fixed for name in measure.PANELS}


def test_differences_by_hand():
    differences = {
        name: measure._difference(name, *case, np.dtype("f"))
        for name, case in (measure.SAMPLES | measure.PANELS).items()
    }
    assert differences.pop("astray") >= 32 * 48 * 17  # rows are 17 apart
    assert differences == {
        "line": 32 * 48 * 16, "line_block": 32 * 48 * 16,
        "slices": 32 * 32, "blocks": 32 * 32, "full": 512 * 32, "group": 48, "rows": 512 * 64,
        "entry": 128 * 32, "run": 256, "slab": 128 * 32, "slab_run": 256,
        "block": 16 * 32, "group_of_blocks": 32,
    }  # fmt: skip


@compiled
@pytest.mark.parametrize("name", [
    name for name in [*measure.SAMPLES, *measure.PANELS] if name not in measure.LINES
])  # fmt: skip
def test_each_layer_takes_the_format_whose_cost_it_is_for(name, monkeypatch):
    """And holds as many entries, blocks or rows as `_difference` counts."""
    plans = []

    def seen(plan):
        def wrapped(*arguments, **more):
            plans.append(plan(*arguments, **more))
            return plans[-1]

        return wrapped

    for which in ("plan_sample", "plan_panels"):
        monkeypatch.setattr(measure, which, seen(getattr(measure, which)))
    sample = name in measure.SAMPLES
    of, *layers = (measure.SAMPLES if sample else measure.PANELS)[name]
    sizes = []
    for layer in layers:
        call = (measure._sample_call if sample else measure._panel_call)(np.dtype("f"), of, layer)
        call()
        made = plans.pop()
        formats = {"entry": "csr", "slab": "slabs", "block": "blocks", "rows": "full"}
        assert made.choices[0].format == formats.get(of, of)
        assert (made.choices[0].most > 0) == (of == "rows")
        steps, runs = made.program.steps, made.program.runs
        first = steps[steps["after"] == 1][-1] if sample else steps[0]
        height = {"entry": len(PAIR), "slab": len(SLAB)}.get(of, 8)
        last = first["runs"] + -(-first["channels"] // height)
        items = runs[last] * (height if of in ("entry", "slab") else 1)
        sizes.append((items, first["y"] - steps[0]["y"] + first["channels"], layer[2]))
    items, units, inputs = (a - b for a, b in zip(*sizes, strict=True))
    expected = {"rows": inputs * 64, "run": units, "slab_run": units, "group": units // 8}
    expected |= {"group_of_blocks": units // 8}
    assert expected.get(name, items) == measure._difference(name, of, *layers, np.dtype("f"))
    assert items == 0 or name not in expected or name == "rows"


@compiled
@pytest.mark.parametrize("dtype", "fd")
@pytest.mark.parametrize("name", measure.LINES)
def test_each_image_takes_the_tile_whose_cost_it_is_for(name, dtype, monkeypatch):
    plans = []
    monkeypatch.setattr(
        measure, "plan_sample", lambda *a, **b: plans.append(plan_sample(*a, **b)) or plans[-1]
    )
    of, *layers = measure.SAMPLES[name]
    for layer in layers:
        measure._sample_call(np.dtype(dtype), of, layer)()
        choice, steps = plans[-1].choices[0], plans[-1].program.steps
        assert choice.format == ("blocks" if name == "line_block" else "lines")
        steps = [step for step in steps if step["kind"] == LINES]
        tiles = {LINE_TILES[step["tile"]] for step in steps}
        assert {tile.wide > 0 for tile in tiles} == {name != "astray"}
        assert {tile.units > 1 for tile in tiles} == {name == "line_block"}
        ends = plans[-1].program.runs[steps[-1]["runs"] :]
        entries = ends[-(-steps[-1]["channels"] // steps[-1]["height"]) * steps[-1]["parts"]]
        assert entries * steps[-1]["height"] == layer[1] * layer[2]


@compiled
def test_a_program_measures_once_for_all_that_follow(tmp_path):
    code = """
import numpy as np, minprune as mp
from minprune.nn.network import mlp
sparse = mp.SparseEngine(mlp([400, 300, 2], np.random.default_rng(0)))
print(sparse.explain())
"""
    folder = Path(mp.__file__).parents[1]
    environment = os.environ | {"MINPRUNE_MEASURE": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    texts = [
        subprocess.run([sys.executable, "-c", code], env=environment, cwd=folder, check=True,
                       capture_output=True, text=True).stdout
        for _ in range(2)
    ]  # fmt: skip
    assert texts[0] == texts[1] and "costs that were measured on this machine" in texts[0]
    assert len([*tmp_path.rglob("costs-*.json")]) == 2
