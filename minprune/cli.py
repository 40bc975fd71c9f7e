"""The command line: python -m minprune ..."""

import argparse
import os
import sys
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

import minprune
from minprune.bench.settings import QUICK, BenchSettings
from minprune.course import add_exercises, run_exercises
from minprune.data.mnist import load_mnist
from minprune.data.source import load_data
from minprune.experiments.settings import (
    LEAST_STEPS,
    UNIT_CRITERIA,
    CnnSettings,
    Settings,
    with_enough_steps,
)
from minprune.files import replacing, writable_folder

DESCRIPTION = """\
Neural-network pruning from scratch. Commands of `python -m minprune`:

  (none)            the main job on MNIST: train, prune, fine-tune, report
  run mlp           the same; `run mlp --help` lists the options of both
  run cnn           a convolutional network: threshold, rank, filters removed
  bench             time the sparse engine against NumPy, PyTorch, DeepSparse, ...
  formulas [WORD]   find a formula by name, paper or any word
  worked [ID]       worked examples step by step: right and printed values
  verify [FILE.py]  test every formula, the functions of your file, or a library
  exercises         functions to write, with a check that diagnoses mistakes
  lessons [NN]      the lessons, or the functions and exercises of one
  notebook NN       a lesson as a Jupyter notebook
"""

TOP_LEVEL = "-h", "--help", "--version"  # any other option belongs to the main job

CHOICES = {  # name -> placeholder, what it is
    "sparsity": ("FRACTION", "fraction of the weights to prune, at least 0 and below 1"),
    "scope": ("SCOPE", "'global' ranks the weights of all layers together, 'layer' each layer by "
              "itself"),
    "hidden": ("N", "hidden units, at most 100,000"),
    "seeds": ("N", "number of seeds to train the compared networks with, for the intervals of the "
              "table"),
    "epochs": ("N", "epochs of training before pruning"),
    "finetune_epochs": ("N", "epochs of training after pruning"),
    "batch_size": ("N", "samples per step"),
    "lr": ("RATE", "learning rate before pruning; it decays to 0"),
    "finetune_lr": ("RATE", "learning rate after pruning; it decays to 0"),
    "l1": ("STRENGTH", "strength of the L1 penalty before pruning, at least 0"),
    "seed": ("N", "seed of all random numbers"),
    "smoothing": ("FRACTION", "label smoothing: probability spread evenly over all classes, at "
                  "least 0 and below 1"),
    "theta": ("THETA", "threshold that document D prunes by, at least 0"),
    "unit_sparsity": ("FRACTION", "fraction of the filters and neurons to remove, at least 0 and "
                      "below 1"),
    "criterion": ("NAME", "score of the filters and neurons: " + ", ".join(UNIT_CRITERIA)),
}  # fmt: skip

BENCH_CHOICES = {  # name -> type, placeholder, whether it takes several values, what it is
    "networks": (str, "NAME", True, "cnn, lenet5, or the widths of a perceptron"),
    "sparsities": (float, "FRACTION", True, "fractions of every layer to prune, each at least 0 "
                   "and below 1"),
    "batches": (int, "N", True, "batch sizes"),
    "peers": (str, "PEER", True, "libraries to compare with; those not installed are skipped"),
    "rounds": (int, "N", False, "timed rounds of each library in each case"),
    "threads": (int, "N", False, "threads that each library may use"),
    "seed": (int, "N", False, "seed of all random numbers"),
}  # fmt: skip

NETWORKS = {
    "mlp": (Settings, "minprune-report", "perceptron with one hidden layer, 784-64-10 on MNIST"),
    "cnn": (
        CnnSettings,
        "minprune-report-cnn",
        "CNN: 32 filters of 3x3, max pooling, dense 64, on MNIST",
    ),
}


def main(arguments=None):
    """Run the command line.

    Returns the exit status: 0 done, 1 something that was put to the test is wrong, 2 refused,
    130 interrupted, 141 the reader closed the output early.
    """
    _open_streams()
    try:
        return _run(sys.argv[1:] if arguments is None else list(arguments))
    except BrokenPipeError:  # the reader, say `head`, has seen enough
        status = 141
    except (ValueError, FloatingPointError, OSError) as error:
        status = _complain(error, 2)
    except MemoryError as error:
        status = _complain(f"there is not enough memory for this: {error}", 2)
    except KeyboardInterrupt:
        status = _complain("interrupted", 130)
    try:
        sys.stdout.flush()
    except OSError:  # nor shall Python try it again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status


def _run(arguments):
    """Carry out a command; returns its status when all that it has printed is out."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # Léonard, on a terminal that has no é
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in TOP_LEVEL):
        arguments = ["run", "mlp", *arguments]
    try:
        options = _parser().parse_args(arguments)
    finally:  # of --help too, which ends here
        sys.stdout.flush()
    status = COMMANDS[options.command](options) or 0
    sys.stdout.flush()
    return status


def _open_streams():
    """Let streams that were closed lead nowhere; else the next file to be opened is one of them."""
    for name, mode in {"stdin": "r", "stdout": "w", "stderr": "w"}.items():
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, open(nowhere, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def _complain(what, status):
    if isinstance(what, OSError) and what.filename and what.strerror:
        what = f"{what.filename}: {what.strerror}"  # without the number
    with suppress(OSError):  # the stream may be closed
        print(f"minprune: {what}", file=sys.stderr, flush=True)
    return status


def _say(line):
    """Print a line of a job, which goes on if it cannot be: its report is still wanted."""
    with suppress(OSError):  # raised again by the flush at the end
        print(line, flush=True)


def run(options):
    """A job with the choices of the command line; all are checked before work begins."""
    from minprune.experiments.cnn import run_cnn  # which imports Numba, so not for --help
    from minprune.experiments.mlp import run_mlp
    from minprune.report.write import rendered, write_report

    kind, *_ = NETWORKS[options.network]
    chosen = {field.name: getattr(options, field.name) for field in fields(kind)
              if field.name in options}  # fmt: skip
    asked = kind(**chosen)
    folder = writable_folder(options.out)
    data = _data(options)
    settings = with_enough_steps(asked, len(data.train.labels), chosen)
    raised = [name for name in LEAST_STEPS if getattr(settings, name) != getattr(asked, name)]
    if raised:
        values = ", ".join(f"{name} is {getattr(settings, name)}" for name in raised)
        flags = " or ".join("--" + name.replace("_", "-") for name in raised)
        samples = len(data.train.labels)
        _say(f"An epoch of {samples} samples is short, so {values}; choose with {flags}.")
    job = {"mlp": run_mlp, "cnn": run_cnn}[options.network]
    result = job(settings, data, say=_say)
    try:
        write_report(result, folder)
    finally:  # the work is done: show it also when the disk is full
        _say(f"\n{rendered(result)}")
    print(f"Report, pictures and networks are in {folder}/")


def _data(options):
    """The data that `--data` names, or MNIST."""
    if "data" in options:
        return load_data(options.data, getattr(options, "label", None))
    if "label" in options:
        raise ValueError("--label needs --data FILE.csv")
    return load_mnist()


def bench(options):
    """The benchmark; choices that are given replace those of the whole or of the quick one."""
    from minprune.bench.run import run_bench
    from minprune.report.write import rendered, write_report

    given = {
        name: getattr(options, name) for name in (*BENCH_CHOICES, "pythons") if name in options
    }
    settings = BenchSettings(**(QUICK if options.quick else {}) | given)
    folder = writable_folder(options.out)
    result = run_bench(settings, say=_say)
    try:
        write_report(result, folder)
    finally:
        _say(f"\n{rendered(result)}")
    print(f"Report and pictures are in {folder}/")


def formulas(options):
    """The families of formulas, or what a query finds."""
    from minprune.report.pages import formulas_page

    query = " ".join(options.query) if options.query else None
    print(formulas_page(query, options.all).rstrip("\n"))


def lessons(options):
    """The lessons, or one of them."""
    from minprune.report.pages import lessons_page

    print(lessons_page(options.number, options.lang))


def worked(options):
    """The worked examples, or one of them."""
    from minprune.report.pages import worked_page

    print(worked_page(options.id), end="")


def verify(options):
    """All formulas, or the functions of a file; returns 1 if one is wrong."""
    import json

    from minprune.arguments import json_text
    from minprune.checks.isolated import Broken, Limits
    from minprune.checks.vectors import vectors
    from minprune.checks.verify import not_judged, verify_file, verify_formulas
    from minprune.report.verify_page import as_json, formulas_table, functions_table

    if options.against is not None or options.stored:
        return _against(options)
    if options.export is not None and (options.file is not None or options.map):
        raise ValueError("--export writes the cases of minprune's formulas; leave out the file")
    if options.map and options.file is None:
        raise ValueError("--map needs the FILE.py that holds the function")
    if options.export is not None:
        with replacing(options.export) as file:
            file.write(
                json.dumps(
                    vectors(options.seed, options.formula), ensure_ascii=False, indent=1
                ).encode()
            )
        print(f"The cases are in {options.export}")
        return 0
    if options.file is None:
        rows, left_out = verify_formulas(options.formula, options.seed), None
        text = formulas_table(rows)
    else:
        try:
            rows = verify_file(options.file, _mapping(options.map), options.formula, options.seed,
                               Limits(seconds=options.seconds))  # fmt: skip
        except Broken as problem:
            raise ValueError(f"{options.file}: {problem.args[options.lang == 'zh']}") from None
        left_out = not_judged(options.file, rows)
        text = functions_table(rows, options.lang, left_out)
    if options.json:
        text = json_text(as_json(rows, options.seed, left_out))
    print(text)
    return 0 if all(row.passed for row in rows) else 1


def _against(options):
    """The functions of a library; returns 1 if one is wrong."""
    from minprune.arguments import json_text
    from minprune.checks.against import WRONG, results, stored_results
    from minprune.report.against_page import against_page

    if options.against is None:
        raise ValueError("--stored needs --against LIBRARY")
    if options.file is not None or options.map or options.export is not None:
        raise ValueError("--against tests a library; leave out the file, --map and --export")
    if options.stored:
        found = stored_results(options.against, options.formula)
    else:
        found = results(options.against, options.seed, options.formula)
    if options.json:
        print(json_text(found, indent=1))
    else:
        print(against_page(found, options.lang))
    wrong = any(row["status"] == WRONG for row in found["results"])
    return 1 if wrong and not options.stored else 0


def notebook(options):
    """A lesson as a notebook."""
    import json

    from minprune.lessons import lesson_file
    from minprune.lessons import notebook as made

    lesson = lesson_file(options.number)
    target = options.out or f"{lesson.stem}.ipynb"
    if Path(target).is_file():  # which may hold a reader's own work
        raise FileExistsError(f"{target}: already exists; nothing was changed")
    text = json.dumps(made(lesson, options.lang), ensure_ascii=False, indent=1)
    with replacing(target) as file:
        file.write(text.encode())
    print(f"The notebook is {target}")


def _mapping(pairs):
    """{"theirs": "ours"} from ["theirs=ours"]."""
    mapping = {}
    for pair in pairs:
        theirs, _, ours = pair.partition("=")
        if not theirs or not ours:
            raise ValueError(f"--map must be NAME=FORMULA, got {pair!r}")
        if theirs in mapping:
            raise ValueError(f"--map must name {theirs} once, got {mapping[theirs]} and {ours}")
        mapping[theirs] = ours
    return mapping


COMMANDS = {
    "lessons": lessons,
    "notebook": notebook,
    "exercises": run_exercises,
    "verify": verify,
    "run": run,
    "bench": bench,
    "formulas": formulas,
    "worked": worked,
}


def _parser():
    parser = argparse.ArgumentParser(
        "minprune",
        usage="minprune [-h] [--version] command ...",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"minprune {minprune.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command",
                                     prog="minprune", help=argparse.SUPPRESS)  # fmt: skip
    what = "find a formula, its check, lessons and exercise"
    page = commands.add_parser("formulas", description=what)
    page.add_argument("query", nargs="*", metavar="WORD",
                      help="a name, an item or any word: rank_mask, A-4.2, LeCun")  # fmt: skip
    page.add_argument("--all", action="store_true",
                      help="print lists to their end; without words, all items")  # fmt: skip
    what = "print the worked examples step by step: right values and printed values"
    page = commands.add_parser("worked", description=what)
    page.add_argument("id", nargs="?", metavar="ID", help="item, such as A-4.4 (default: all)")
    _add_verify(commands)
    add_exercises(commands)
    _add_lessons(commands)
    _add_bench(commands)
    _add_run(commands)
    return parser


def _add_run(commands):
    job = commands.add_parser("run", description="train, prune, fine-tune, report").add_subparsers(
        dest="network", required=True, metavar="mlp|cnn"
    )
    for name, (kind, folder, what) in NETWORKS.items():
        page = job.add_parser(name, help=what, description=what,
                              formatter_class=argparse.ArgumentDefaultsHelpFormatter)  # fmt: skip
        for field in fields(kind):
            placeholder, choice = CHOICES[field.name]
            default = field.default
            if field.name in LEAST_STEPS:
                choice += (f" (default: {default}, or more, for at least "
                           f"{LEAST_STEPS[field.name]} steps)")  # fmt: skip
                default = argparse.SUPPRESS
            page.add_argument("--" + field.name.replace("_", "-"), type=field.type,
                              metavar=placeholder, default=default, help=choice)  # fmt: skip
        page.add_argument(
            "--data",
            metavar="PATH",
            default=argparse.SUPPRESS,
            help="folder of IDX files, .npz file or CSV file to read instead of MNIST",
        )
        page.add_argument(
            "--label",
            metavar="COLUMN",
            default=argparse.SUPPRESS,
            help="label column of a CSV file, by name or number (default: a column named label, "
            "class, target, species or y, else the last)",
        )
        page.add_argument("--out", metavar="DIR", default=folder, help="folder to write to")


def _add_verify(commands):
    what = "test every formula, the functions of your file, or a library"
    page = commands.add_parser("verify", description=what)
    page.add_argument("file", nargs="?", metavar="FILE.py",
                      help="your file; functions are matched to formulas by name")  # fmt: skip
    page.add_argument("--map", action="append", default=[], metavar="NAME=FORMULA",
                      help="check function NAME as this formula; may be repeated")  # fmt: skip
    page.add_argument("--formula", action="append", default=[], metavar="FORMULA",
                      help="check only this formula; may be repeated")  # fmt: skip
    page.add_argument("--seed", type=int, default=0, metavar="N",
                      help="seed of the random cases (default: 0)")  # fmt: skip
    page.add_argument("--seconds", type=float, default=20.0, metavar="N",
                      help="time limit for all calls of one function (default: 20)")  # fmt: skip
    page.add_argument("--lang", choices=("en", "zh"), default="en", help="language of diagnoses")
    page.add_argument("--json", action="store_true", help="print the results as JSON")
    page.add_argument("--export", metavar="FILE.json",
                      help="write the cases as JSON, for functions in any language")  # fmt: skip
    page.add_argument("--against", metavar="LIBRARY",
                      help="test the functions of an installed library: numpy, torch, "
                      "scikit-learn, scipy, statsmodels, torch-pruning, optax, PyWavelets or "
                      "jaxpruner")  # fmt: skip
    page.add_argument("--stored", action="store_true",
                      help="with --against: show the results that come with minprune")  # fmt: skip


def _add_lessons(commands):
    what = "list the lessons, or the functions and exercises of one"
    page = commands.add_parser("lessons", description=what)
    page.add_argument("number", nargs="?", metavar="NN", help="lesson number, such as 03")
    page.add_argument("--lang", choices=("en", "zh"), default="en", help="language of titles")
    what = "write a lesson as a Jupyter notebook"
    page = commands.add_parser("notebook", description=what)
    page.add_argument("number", metavar="NN", help="lesson number, such as 03")
    page.add_argument("--lang", choices=("en", "zh"), default="en", help="language of the text")
    page.add_argument("--out", metavar="FILE",
                      help="output file (default: the lesson's name, in this folder)")  # fmt: skip


def _add_bench(commands):
    what = "time the sparse engine and every installed library"
    page = commands.add_parser("bench", description=what)
    for name, (kind, placeholder, several, what) in BENCH_CHOICES.items():
        default = getattr(BenchSettings(), name)
        page.add_argument(
            f"--{name}",
            type=kind,
            nargs="*" if several else None,
            metavar=placeholder,
            default=argparse.SUPPRESS,
            help=f"{what} (default: {' '.join(map(str, default)) if several else default})",
        )
    page.add_argument(
        "--python",
        dest="pythons",
        action="append",
        metavar="PATH",
        default=argparse.SUPPRESS,
        help="another Python interpreter whose libraries are timed too; may be repeated",
    )
    page.add_argument("--quick", action="store_true", help="a smaller benchmark, about a minute")
    page.add_argument(
        "--out",
        metavar="DIR",
        default="minprune-bench",
        help="folder to write to (default: minprune-bench)",
    )
