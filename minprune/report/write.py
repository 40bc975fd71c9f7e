"""Write what the main job found into a folder: text, numbers, pictures, networks."""

import json
import os
import platform
from dataclasses import asdict, fields
from pathlib import Path

import numba
import numpy as np

import minprune
from minprune.documents.printed import PRINTED, verdict
from minprune.files import replacing
from minprune.nn.store import save
from minprune.report.figures import accuracy_figure, masks_figure, weights_figure
from minprune.report.table import render
from minprune.threads import SETTINGS

FIGURES = {
    "accuracy.png": accuracy_figure,
    "weights.png": weights_figure,
    "masks.png": masks_figure,
}


def write_report(result, folder):
    """Write report.txt, result.json, three pictures and two networks; other files stay.

    result  a `Result`
    folder  made if it is not there; every file is replaced whole or not at all
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, figure in FIGURES.items():
        with replacing(folder / name) as file:
            figure(result).savefig(file, format="png")
    for name, text in {"report.txt": render(result), "result.json": as_json(result)}.items():
        with replacing(folder / name) as file:
            file.write(text.encode())
    save(result.dense, folder / "dense.npz")
    save(result.pruned, folder / "pruned.npz")


def as_json(result):
    """Everything in the result but the networks, and the machine it was found on."""
    numbers = {
        field.name: getattr(result, field.name)
        for field in fields(result)
        if field.name not in ("dense", "pruned")
    }
    document = [{**line._asdict(), "verdict": verdict(line)} for line in PRINTED]
    return (
        json.dumps(
            {
                "minprune": minprune.__version__,
                "machine": machine(),
                "document": document,
                **numbers,
            },
            default=asdict,
            indent=2,
        )
        + "\n"
    )


def machine():
    """What the times depend on."""
    return {
        "processor": platform.machine(),
        "cores": cores(),
        "threads": {name: os.environ.get(name) for name in SETTINGS},
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numba": numba.__version__,
    }


def cores():
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
