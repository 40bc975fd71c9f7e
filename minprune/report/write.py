"""Write what a job found into a folder: text, numbers, pictures, networks."""

import json
import os
import platform
from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path
from typing import NamedTuple

import numba
import numpy as np

import minprune
from minprune.bench.results import BenchResult
from minprune.documents.printed import PRINTED, verdict
from minprune.experiments.cnn import CnnResult
from minprune.experiments.mlp import Result
from minprune.files import replacing
from minprune.language import using
from minprune.nn.network import Network
from minprune.nn.store import save
from minprune.report.bench_figures import one_figure, roofline_figure, speedup_figure
from minprune.report.bench_table import render_bench
from minprune.report.cnn_figures import costs_figure, kernels_figure, learning_figure
from minprune.report.cnn_table import render_cnn
from minprune.report.figures import (
    accuracy_figure,
    confusion_figure,
    history_figure,
    masks_figure,
    weights_figure,
)
from minprune.report.table import render
from minprune.threads import SETTINGS, cores


class Kind(NamedTuple):
    """The functions that show the result of one job."""

    render: Callable
    figures: dict  # by name of the file
    document: tuple = ()  # lines that the document prints of this experiment


KINDS = {
    Result: Kind(
        render,
        {
            "accuracy.png": accuracy_figure,
            "learning.png": history_figure,
            "weights.png": weights_figure,
            "masks.png": masks_figure,
            "confusion.png": confusion_figure,
        },
        PRINTED,
    ),
    CnnResult: Kind(
        render_cnn,
        {
            "learning.png": learning_figure,
            "kernels.png": kernels_figure,
            "costs.png": costs_figure,
            "confusion.png": confusion_figure,
        },
    ),
    BenchResult: Kind(
        render_bench,
        {
            "speedup.png": speedup_figure,
            "speedup_one.png": one_figure,
            "roofline.png": roofline_figure,
        },
    ),
}


def write_report(result, folder):
    """Write the pictures, report.txt, the networks and result.json; other files stay.

    result  a `Result`, a `CnnResult` or a `BenchResult`, which has no networks
    folder  made if it is not there; every file is replaced whole or not at all

    An old result.json is removed first, and the new one is written last: a folder without it is
    unfinished, and may hold files of two runs.
    """
    folder, kind = Path(folder), KINDS[type(result)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "result.json").unlink(missing_ok=True)
    for name, figure in kind.figures.items():
        with replacing(folder / name) as file:
            figure(result).savefig(file, format="png")
    with replacing(folder / "report.txt") as file:
        file.write(kind.render(result).encode())
    for name, network in _networks(result).items():
        save(network, folder / f"{name}.npz")
    with replacing(folder / "result.json") as file:
        file.write(as_json(result).encode())


def rendered(result):
    """The table of a result, whichever job it is of."""
    return KINDS[type(result)].render(result)


def as_json(result):
    """Everything in the result but the networks, and the machine it was found on."""
    numbers = {
        field.name: getattr(result, field.name)
        for field in fields(result)
        if field.name not in _networks(result)
    }
    lines = KINDS[type(result)].document
    with using("en"):  # for programs
        document = [{**line._asdict(), "verdict": verdict(line)} for line in lines]
    about = {"minprune": minprune.__version__, "machine": machine(), "document": document}
    return json.dumps(about | numbers, default=asdict, indent=2) + "\n"


def _networks(result):
    """The networks of a result by name."""
    values = {field.name: getattr(result, field.name) for field in fields(result)}
    return {name: value for name, value in values.items() if isinstance(value, Network)}


def machine():
    """The machine and versions that the times depend on."""
    return {
        "processor": platform.machine(),
        "cores": cores(),
        "threads": {name: os.environ.get(name) for name in SETTINGS},
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numba": numba.__version__,
    }
