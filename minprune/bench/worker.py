"""One library at work, in a separate process: python worker.py LIBRARY THREADS

This file stands alone: it runs under the interpreter that has the library, where minprune need not
be. First it says which versions it found, or what is missing. Then every line of JSON that it reads
gets a line of JSON back:

    {"do": "prepare", "network": .npz of `minprune.save`, "x": .npy, "batch": n, "y": .npy}
        the network is made ready for the first n inputs; its outputs are written to y
    {"do": "time", "least": seconds, "pause": seconds, "calls": n}
        {"steady": seconds of one call among many, "paused": of one of n that follow a pause each}
    {"do": "outputs", "y": .npy}
        its outputs are written again
    {"do": "alone", "seconds": n, "pause": seconds}
        {"steady": , "paused": }, the same in loops that only call
    whatever fails: {"error": what}
"""

import json
import os
import runpy
import sys
import time
from importlib import import_module, metadata
from pathlib import Path
from typing import NamedTuple

import numpy as np


class Layer(NamedTuple):
    """A dense layer, a convolution of stride 1, or a max pooling; with the ReLU behind it."""

    kind: str  # "Dense", "Conv2D", "MaxPool2D"
    W: np.ndarray | None = None  # (n_in, n_out) or (k_h, k_w, c_in, c_out)
    b: np.ndarray | None = None
    zeros: int = 0  # around the image
    size: int = 0  # of the pooling
    relu: bool = False


def read_network(path):
    """The layers of a network that `minprune.save` wrote."""
    with np.load(path, allow_pickle=False) as file:
        arrays = dict(file)
    layers = []
    for l, (kind, options) in enumerate(json.loads(str(arrays["layers"]))):
        if kind == "Dense":
            layers.append(Layer(kind, arrays[f"{l}.W"], arrays[f"{l}.b"]))
        elif kind == "Conv2D":
            K = arrays[f"{l}.K"]
            layers.append(Layer(kind, K, arrays[f"{l}.b"], zeros_on_every_side(K.shape, options)))
        elif kind == "MaxPool2D":
            if options["stride"] != options["size"] or options.get("padding", "valid") != "valid":
                raise ValueError(f"the other libraries cannot be given a pooling with {options}")
            layers.append(Layer(kind, size=options["size"]))
        elif kind == "ReLU":
            layers[-1] = layers[-1]._replace(relu=True)
        elif kind != "Flatten":  # which every library does by itself before a dense layer
            raise ValueError(f"the other libraries cannot be given a layer {kind}")
    return layers


def zeros_on_every_side(shape, options):
    """The number of zeros on each side of an image for a convolution of stride 1.

    shape  of its kernel
    """
    (k_h, k_w, _, _), padding = shape, options["padding"]
    same = k_h // 2 if k_h == k_w and k_h % 2 else None  # else the sides differ
    zeros = {"valid": 0, "same": same}.get(padding) if isinstance(padding, str) else padding
    if options["stride"] != 1 or not isinstance(zeros, int):
        raise ValueError(f"the other libraries cannot be given a convolution with {options}")
    return zeros


class Job(NamedTuple):
    """The work to be done."""

    network: str  # path of what `layers` were read from
    layers: list
    x: np.ndarray
    threads: int
    folder: Path  # for files of its own


def serve(libraries, name, threads, lines, answer):
    """Answer every line of `lines` by one call of `answer`."""
    try:
        versions = {module: version_of(module) for module in libraries[name].modules}
    except Exception as error:  # a library can be broken in any way
        return answer({"missing": _said(error)})
    answer({"versions": {"python": sys.version.split()[0], **versions}})
    call = None
    for line in lines:
        try:
            request = json.loads(line)
            do = request.pop("do")
            if do == "prepare":
                call = None  # let go of the last network first
                call = prepared(libraries[name], request, threads)
                answer({})
            else:
                answer(ANSWERS[do](call, **request))
        except Exception as error:
            answer({"error": _said(error)})


def version_of(module):
    """The version of a module, or of a package without one that can be imported, such as MKL."""
    if module != "mkl" and (version := getattr(import_module(module), "__version__", None)):
        return version
    return metadata.version(module)


def prepared(library, request, threads):
    """The function that gives the outputs, after it gave them once, into the file `y`."""
    x, y = np.load(request["x"])[: request["batch"]], Path(request["y"])
    network = request["network"]
    call = library.prepare(Job(network, read_network(network), x, threads, y.parent))
    write_outputs(call, y)
    return call


def write_outputs(call, y):
    """Write what the call gives into the file `y`."""
    np.save(y, call(), allow_pickle=False)
    return {}


def times(call, least, pause, calls):
    """Seconds of one call in a steady run, and after a pause."""
    return {"steady": steady(call, least), "paused": after_pauses(call, pause, calls)}


def steady(call, least):
    """Mean over as many calls as fit into `least` seconds, after as many to warm up."""
    repeats, started = 0, time.perf_counter()
    while time.perf_counter() - started < least:
        call()
        repeats += 1
    started = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - started) / repeats


def after_pauses(call, pause, calls):
    """Mean over calls before each of which the process sleeps, as one that waits for requests."""
    seconds = 0.0
    for _ in range(calls):
        time.sleep(pause)
        started = time.perf_counter()
        call()
        seconds += time.perf_counter() - started
    return seconds / calls


def alone(call, seconds, pause):
    """The least seconds of one call in bare loops, each as long as asked: see `proof`."""
    clock, least, paused = time.perf_counter, [], []
    until = clock() + seconds
    while clock() < until:
        started, n = clock(), 0
        while (now := clock()) - started < 0.005:
            call()
            n += 1
        least.append((now - started) / n)
    until = clock() + seconds
    while clock() < until:
        time.sleep(pause)
        started = clock()
        call()
        paused.append(clock() - started)
    return {"steady": min(least), "paused": min(paused)}


ANSWERS = {"time": times, "outputs": write_outputs, "alone": alone}


def _said(error):
    return f"{type(error).__name__}: {error}"


def main(libraries, arguments):
    """Serve the standard input; what libraries print goes to the standard error."""
    name, threads = arguments
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    serve(libraries, name, int(threads), sys.stdin, lambda reply: print(
        json.dumps(reply), file=replies, flush=True))  # fmt: skip


if __name__ == "__main__":
    here = str(Path(__file__).parent)  # the files beside this one are for minprune alone
    sys.path = [folder for folder in sys.path if folder != here]
    main(runpy.run_path(here + "/libraries.py")["LIBRARIES"], sys.argv[1:])
