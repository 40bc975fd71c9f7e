"""The commands as a user runs them: output read, exit status and folder looked at."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

import minprune
from minprune.bench.machine import Roofs
from minprune.bench.peers import PEERS
from minprune.bench.settings import QUICK as QUICK_BENCH
from minprune.bench.settings import BenchSettings
from minprune.cli import main
from minprune.data.dataset import EVERY_TWELFTH
from minprune.data.scaling import BYTES
from minprune.documents.items import ITEMS
from minprune.experiments.settings import UNIT_CRITERIA, CnnSettings, Settings
from minprune.nn.store import load
from minprune.report.links import public
from minprune.report.pages import formulas_page, worked_page
from minprune.threads import one_thread_for_commands

ROOT = Path(__file__).parents[1]
QUICK_CNN = "--sparsity 0.5 --epochs 1 --finetune-epochs 1 --scope layer".split()
QUICK = "--hidden 8 --epochs 2 --finetune-epochs 1 --batch-size 32 --seeds 2".split()
BARS = "4 classes: 0, 1, 2, 3"
LEAST = [*QUICK, "--epochs", "1", "--seeds", "1"]


def start(*arguments, cwd, stdout=subprocess.PIPE, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "minprune", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(*arguments, cwd, **environment):
    process = start(*arguments, cwd=cwd, **environment)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


@pytest.fixture(scope="module")
def main_job(bars_folder, tmp_path_factory):
    """The main job as a program: its status, what it printed, and the folder of its report."""
    cwd = tmp_path_factory.mktemp("main")
    return *run("--data", bars_folder, *QUICK, cwd=cwd), cwd / "minprune-report"


def test_the_main_job_from_data_to_report(main_job):
    code, out, err, folder = main_job
    assert code == 0
    assert "\r" not in out + err and "%  loss" not in out + err  # no progress display in a log
    assert out.rstrip().endswith("are in minprune-report/")
    assert (folder / "report.txt").read_text() in out
    assert json.loads((folder / "result.json").read_text())["dataset"] == "bars"


def test_run_mlp_is_the_same_job(main_job, bars_folder, tmp_path):
    assert main(["run", "mlp", "--data", str(bars_folder), *QUICK, "--out", str(tmp_path)]) == 0
    found = [json.loads((d / "result.json").read_text()) for d in (main_job[3], tmp_path)]
    assert found[0]["curve"] == found[1]["curve"]


def test_run_cnn_from_data_to_report(idx_folder, tmp_path):
    code, out, err = run("run", "cnn", "--data", idx_folder, *QUICK_CNN, cwd=tmp_path)
    assert (code, err) == (0, "")
    folder = tmp_path / "minprune-report-cnn"
    files = (
        "confusion.png costs.png dense.npz kernels.png learning.png pruned.npz report.txt "
        "result.json shrunk.npz"
    )
    assert sorted(p.name for p in folder.iterdir()) == files.split()
    text = (folder / "report.txt").read_text()
    assert text in out and "scope layer" in text
    assert out.rstrip().endswith("are in minprune-report-cnn/")
    found = json.loads((folder / "result.json").read_text())
    assert (found["dataset"], found["settings"]["epochs"]) == ("bars", 1)
    first, split, scaling, *stages = out[: out.index("\n\n")].splitlines()
    assert first == "bars: 1100 training, 100 validation, 300 test images of 6x5 pixels, " + BARS
    assert [split, scaling] == found["about"] == [EVERY_TWELFTH[0], BYTES[0]]
    for line, model in zip(
        sorted(stages), sorted(found["models"], key=lambda m: f"{m['name']:36}"), strict=True
    ):
        assert line == f"{model['name']:36} {model['accuracy']:.2%}"
    assert load(folder / "shrunk.npz").layers[0].K.value.shape == (3, 3, 1, 16)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bars", "minprune-report-cnn"]


@pytest.fixture
def flowers(tmp_path):
    """A CSV file with names for columns and classes, its index column that of pandas."""
    rng, names = np.random.default_rng(0), ["rose", "tulip", "iris\x1b[2J"]
    lines = [",height,width,depth,kind,note"]
    for k in range(200):
        height, width, depth = rng.normal(4 * (k % 3), 1, 3)
        lines.append(f"{k},{height:.3f},{width:.3f},{depth + 1e9:.3f},{names[k % 3]},{k % 2}")
    (tmp_path / "flowers.csv").write_text("\n".join(lines))
    return tmp_path / "flowers.csv"


SMALL_DATA = "--epochs 9 --finetune-epochs 3 --batch-size 16 --seeds 1 --sparsity 0.5".split()


def test_few_samples_are_trained_on_for_more_epochs_unless_they_are_chosen(flowers, tmp_path):
    command = (
        "run",
        "mlp",
        "--data",
        flowers,
        "--label",
        "kind",
        "--seeds",
        "1",
        "--sparsity",
        "0.5",
    )
    code, out, err = run(*command, "--finetune-epochs", "2", cwd=tmp_path)
    assert (code, err) == (0, "")
    assert out.startswith(
        "An epoch of 140 samples is short, so epochs is 667; choose with --epochs.\n"
    )
    settings = json.loads((tmp_path / "minprune-report" / "result.json").read_text())["settings"]
    assert (settings["epochs"], settings["finetune_epochs"]) == (667, 2)


def test_run_mlp_on_a_table_from_data_to_report(flowers, tmp_path):
    code, out, err = run(
        "run", "mlp", "--data", flowers, "--label", "kind", *SMALL_DATA, cwd=tmp_path
    )
    assert (code, err) == (0, "")
    first, label, split, scaling, *_ = out.splitlines()
    assert first == (
        "flowers: 140 training, 20 validation, 40 test samples, 4 features, 3 classes: "
        r"iris\x1b[2J, rose, tulip"
    )
    assert label == (
        "Label: column 5 ('kind'), as asked. Left out is column 1, which only counts the rows."
    )
    assert split.startswith("Split: one fifth") and scaling.startswith("Scaling: each feature")
    assert "image" not in out and "of the test samples right" in out and "1 sample " in out
    found = json.loads((tmp_path / "minprune-report" / "result.json").read_text())
    assert found["feature_names"] == ["height", "width", "depth", "note"]
    assert found["shape"] == [4] and found["models"][0]["accuracies"][0] > 0.9
    recalls = found["recalls"]
    assert [r["name"] for r in recalls] == ["iris\x1b[2J", "rose", "tulip"]
    assert sum(r["samples"] for r in recalls) == 40
    right = sum(r["samples"] * r["recall"] for r in recalls) / 40
    assert right == pytest.approx(found["models"][3]["accuracies"][0])
    for r in recalls[1:]:
        assert f"\n{r['name']:28}" in out and f"{100 * r['recall']:.2f}\n" in out
    assert load(tmp_path / "minprune-report" / "pruned.npz").layers[0].W.value.shape == (4, 64)


def test_run_cnn_on_an_npz_of_colour_images(tmp_path):
    """The class is the channel that is bright: grey, all are the same."""
    rng = np.random.default_rng(0)
    y = np.arange(300) % 3
    x = rng.integers(0, 60, (300, 6, 7, 3)).astype(np.uint8)
    x[np.arange(300), :, :, y] += 150
    np.savez(tmp_path / "lights.npz", x=x, y=np.array(["red", "green", "blue"])[y])
    code, out, err = run("run", "cnn", "--data", "lights.npz", *SMALL_CNN, cwd=tmp_path)
    assert (code, err) == (0, "")
    first, split, scaling, *_ = out.splitlines()
    assert first == (
        "lights: 210 training, 30 validation, 60 test images of 6x7 pixels, 3 channels, "
        "3 classes: blue, green, red"
    )
    assert scaling == BYTES[0] and split.startswith("Split: one fifth")
    found = json.loads((tmp_path / "minprune-report-cnn" / "result.json").read_text())
    assert found["models"][0]["accuracy"] == 1 and found["shape"] == [6, 7, 3]
    assert [(r["name"], r["samples"]) for r in found["recalls"]] == [
        ("blue", 20), ("green", 20), ("red", 20),
    ]  # fmt: skip
    dense = load(tmp_path / "minprune-report-cnn" / "dense.npz")
    assert dense.layers[0].K.value.shape == (3, 3, 3, 32)


SMALL_CNN = "--epochs 4 --finetune-epochs 1 --batch-size 16 --sparsity 0.5 --scope layer".split()


def test_every_choice_of_run_cnn_reaches_the_job(idx_folder, tmp_path, monkeypatch):
    """Each is given a value that is not its default; where the job would begin, it is refused."""
    given = {
        "sparsity": 0.25, "scope": "layer", "epochs": 3, "finetune_epochs": 5, "batch_size": 7,
        "lr": 0.125, "finetune_lr": 0.0625, "l1": 0.5, "seed": 11, "smoothing": 0.375,
        "theta": 0.75, "unit_sparsity": 0.875, "criterion": "apoz",
    }  # fmt: skip
    asked = []

    def job(settings, data, say):
        asked.append((settings, data.name))
        raise ValueError("enough")

    monkeypatch.setattr("minprune.experiments.cnn.run_cnn", job)
    words = [w for n, v in given.items() for w in ("--" + n.replace("_", "-"), str(v))]
    code = main(["run", "cnn", "--data", str(idx_folder), "--out", str(tmp_path / "a"), *words])
    assert code == 2 and asked == [(CnnSettings(**given), "bars")]
    assert all(getattr(CnnSettings(), name) != value for name, value in given.items())


# --- bench ---------------------------------------------------------------------------------------

SMALL = "bench --networks 12-6-3 --sparsities 0.5 --batches 1 3 --rounds 2 --peers numpy".split()


def test_bench_from_networks_to_report(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("minprune.bench.run.measure_roofs", lambda n: Roofs(n, 4.0, 5.0, 6.0, 7.0))
    assert main(SMALL) == 0
    out, err = capsys.readouterr()
    assert err == "" and out.rstrip().endswith("are in minprune-bench/")
    folder = tmp_path / "minprune-bench"
    names = "report.txt result.json roofline.png speedup.png speedup_one.png"
    assert sorted(p.name for p in folder.iterdir()) == names.split()
    text = (folder / "report.txt").read_text()
    assert text in out and "12-6-3, batch 3" in text and "\nNumPy" in text
    found = json.loads((folder / "result.json").read_text())
    assert found["settings"]["rounds"] == 2
    assert [len(c["timings"]["numpy"]["steady"]["seconds"]) for c in found["cells"]] == [2, 2]
    assert "1/2  12-6-3" in out and "at most 2 rounds each, 2 libraries take turns" in out


@pytest.fixture
def asked(monkeypatch):
    """The settings that the benchmark would begin with."""
    settings = []

    def job(given, say):
        settings.append(given)
        raise ValueError("enough")

    monkeypatch.setattr("minprune.bench.run.run_bench", job)
    return settings


def test_every_choice_of_bench_reaches_it(asked, tmp_path):
    given = {
        "networks": ("cnn", "9-4"), "sparsities": (0.25, 0.75), "batches": (3, 7), "rounds": 4,
        "seconds": 2.5, "trained": ("a.npz", "b.npz"),
        "peers": ("torch", "numpy"), "threads": 1, "seed": 5,
        "pythons": (sys.executable, "python3"),
    }  # fmt: skip
    words = ["--out", str(tmp_path / "a")]
    for name, value in given.items():
        if name in ("pythons", "trained"):
            words += [word for path in value for word in (f"--{name.removesuffix('s')}", path)]
        else:
            words += [f"--{name}", *map(str, value if isinstance(value, tuple) else [value])]
    assert main(["bench", *words]) == 2
    assert asked == [BenchSettings(**given)]
    assert set(given) == {field.name for field in fields(BenchSettings)}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], {}),
        (["--quick"], QUICK_BENCH),
        (
            ["--quick", "--rounds", "3", "--batches", "2"],
            {**QUICK_BENCH, "rounds": 3, "batches": (2,)},
        ),
        (["--peers"], {"peers": ()}),  # the engine alone
    ],
)
def test_what_is_given_replaces_what_would_be_chosen(words, expected, asked, tmp_path):
    assert main(["bench", *words, "--out", str(tmp_path / "a")]) == 2
    assert asked == [BenchSettings(**expected)]


def test_help_of_bench_lists_every_choice_with_its_default(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    with pytest.raises(SystemExit) as exit:
        main(["bench", "--help"])
    assert exit.value.code == 0
    _, *entries = capsys.readouterr().out.split("\n  --")
    listed = {entry.split()[0]: " ".join(entry.split()) for entry in entries}
    names = [
        field.name for field in fields(BenchSettings) if field.name not in ("pythons", "trained")
    ]
    assert set(listed) == {"lang", *names, "python", "trained", "quick", "out"}
    for name in names:
        default = getattr(BenchSettings(), name)
        words = " ".join(map(str, default)) if isinstance(default, tuple) else default
        assert listed[name].endswith(f"(default: {words})")
    assert all(peer in listed["peers"] for peer in PEERS)


@pytest.mark.slow
def test_ctrl_c_ends_bench_and_all_that_it_started(tmp_path):
    endless = "--rounds", 1_000_000, "--seconds", 1e6
    process = start(*SMALL, *endless, cwd=tmp_path, PYTHONUNBUFFERED="1")
    while "take turns" not in process.stdout.readline():
        assert process.poll() is None
    children = [
        path.parent.name
        for path in Path("/proc").glob("[0-9]*/stat")
        if path.read_text().rsplit(")", 1)[1].split()[1] == str(process.pid)
    ]
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "minprune: interrupted\n")
    assert not (tmp_path / "minprune-bench").exists()
    assert not Path("/proc/self").exists() or len(children) == 2
    assert not [child for child in children if Path("/proc", child).exists()]


@pytest.mark.parametrize(("network", "kind"), [("mlp", Settings), ("cnn", CnnSettings)])
def test_help_lists_every_choice_with_its_default(network, kind, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    with pytest.raises(SystemExit) as exit:
        main(["run", network, "--help"])
    assert exit.value.code == 0
    _, *entries = capsys.readouterr().out.split("\n  --")
    listed = {entry.split()[0]: " ".join(entry.split()) for entry in entries}
    flags = [field.name.replace("_", "-") for field in fields(kind)]
    assert list(listed) == ["lang", *flags, "data", "label", "out"]
    for flag, field in zip(flags, fields(kind), strict=True):
        more = {"epochs": 2000, "finetune_epochs": 500}.get(field.name)
        more = f", or more, for at least {more} steps" if more else ""
        assert listed[flag].endswith(f"(default: {field.default}{more})")
        assert len(listed[flag].split()) > 5
    out = "minprune-report" if network == "mlp" else "minprune-report-cnn"
    assert listed["out"].endswith(f"(default: {out})")
    if network == "cnn":
        assert ", ".join(UNIT_CRITERIA) in listed["criterion"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--sparsity", "1.2"], ["sparsity", "1.2"]),
        (["--sparsity", "90"], ["sparsity", "90", "0.9"]),
        (["--sparsity", "nan"], ["sparsity", "nan"]),
        (["--sparsity", "most"], ["--sparsity", "most"]),
        (["--batch-size", "0"], ["batch_size", "0"]),
        (["--epochs", "0"], ["epochs"]),
        (["--scope", "all"], ["scope", "global", "layer"]),
        (["--lr", "1e30"], ["diverged", "lr"]),
        (["--sparsity", "0.999"], ["every weight"]),
        (["--out", "file/report"], ["file/report", "folder"]),
        (["--data", "nowhere"], ["nowhere"]),
        (["--data", "empty"], ["empty", "train-images"]),
        (["--data", ""], ["path", "''"]),  # an unset shell variable is no wish for MNIST
        (["--data", "rows.csv"], ["rows.csv", "row 3, column 1 ('a')", "'x' is text"]),
        (["--data", "rows.csv", "--label", "c"], ["rows.csv", "no column named 'c'", "a, label"]),
        (["--data", "bars", "--label", "c"], ["label", "CSV", "IDX"]),
        (["run", "mlp", "--label", "c"], ["--label", "--data FILE.csv"]),
        (["run", "cnn", "--data", "table.csv"], ["needs images", "1 feature", "run mlp"]),
        (["run", "cnn2"], ["cnn2"]),
        (["run"], ["mlp|cnn"]),
        (["run", "cnn", "--hidden", "8"], ["--hidden"]),  # a choice of the other job
        (["run", "mlp", "--theta", "0.1"], ["--theta"]),
        (["--hidden", "1000000000"], ["hidden", "100000", "1000000000"]),
        (["bench", "--networks", "1000000-1000000"], ["networks", "1000000-1000000", "weights"]),
        (["bench", "--networks", f"{10**30}-2"], ["networks", f"{10**30}-2", "weights"]),
        (["bench", "--batches", "100000000000"], ["batches", "100000000000"]),
        (["bench", "--networks", "cnn", "--batches", "1000000"], ["batches", "1000000"]),
        (["run", "cnn", "--sparsity", "1"], ["sparsity", "1.0"]),
        (["run", "cnn", "--scope", "all"], ["scope", "global", "layer"]),
        (["run", "cnn", "--criterion", "bn_scale"], ["criterion", "bn_scale", *UNIT_CRITERIA]),
        (["run", "cnn", "--unit-sparsity", "1.0"], ["unit_sparsity", "1.0"]),
        (["run", "cnn", "--unit-sparsity", "half"], ["--unit-sparsity", "half"]),
        (["run", "cnn", "--theta", "-1"], ["theta", "-1.0"]),
        (["run", "cnn", "--smoothing", "nan"], ["smoothing", "nan"]),
        (["run", "cnn", "--finetune-epochs", "0"], ["finetune_epochs"]),
        (["run", "cnn", "--epochs", "1.5"], ["--epochs", "1.5"]),
        (["run", "cnn", "--batch-size", "-3", "--data", "bars"], ["batch_size", "-3"]),
        (["run", "cnn", "--lr", "1e30", "--data", "bars"], ["diverged", "lr"]),
        (["run", "cnn", "--data", "nowhere"], ["nowhere"]),
        (["run", "cnn", "--out", "file/report"], ["file/report", "folder"]),
        (["bench", "--networks", "vgg"], ["networks", "'vgg'", "lenet5"]),
        (["bench", "--networks"], ["networks", "at least one"]),
        (["bench", "--networks", "9-4", "9-4"], ["networks", "twice"]),
        (["bench", "--networks", "2-2", "--sparsities", "0.9"], ["sparsity 0.9 of 2-2"]),
        (["bench", "--sparsities", "90"], ["sparsity", "90", "0.9"]),
        (["bench", "--sparsities", "most"], ["--sparsities", "most"]),
        (["bench", "--batches", "0"], ["batches", "0"]),
        (["bench", "--batches", "1.5"], ["--batches", "1.5"]),
        (["bench", "--rounds", "0"], ["rounds", "0"]),
        (["bench", "--threads", "100000"], ["threads", "100000"]),
        (["bench", "--peers", "jax"], ["peers", "'jax'", "'torch'"]),
        (["bench", "--python", "nowhere/python"], ["python", "nowhere/python"]),
        (["bench", "--seed", "-1"], ["seed", "-1"]),
        (["bench", "--out", "file/report"], ["file/report", "folder"]),
        (["bench", "--data", "bars"], ["--data"]),
        (["walk"], ["walk"]),
        (["formulas", "nonsense"], ["nonsense", "lists what there is"]),
        (["formulas", "rankmask2"], ["rankmask2", "similar: ", "rank_mask"]),
        (["formulas", "A-4.2", "A-4.3"], ["A-4.3"]),
        (["worked", "nonsense"], ["nonsense", "A-4.4", "E-4.3"]),
        (["worked", "A-1"], ["A-1", "A-4.4"]),
    ],
)
def test_bad_input_is_refused_by_name_and_nothing_is_written(
    arguments, words, idx_folder, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("mine")
    (tmp_path / "empty").mkdir()
    (tmp_path / "rows.csv").write_text("a,label\n1,0\nx,1\n")
    (tmp_path / "table.csv").write_text("a,label\n" + "1.5,cat\n2.5,dog\n" * 9)
    before = sorted(tmp_path.rglob("*"))
    data = [] if "--data" in arguments or arguments[0][0] != "-" else ["--data", str(idx_folder)]
    try:
        code = main([*arguments, *data] if data or "--data" in arguments else arguments)
    except SystemExit as exit:  # argparse
        code = exit.code
    error = capsys.readouterr().err
    assert code == 2
    assert all(word in error for word in words), error
    assert "Traceback" not in error
    assert sorted(tmp_path.rglob("*")) == before


def test_an_error_of_the_system_names_the_file_first(monkeypatch, capsys):
    def load_data(path, label):
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr("minprune.cli.load_data", load_data)
    assert main(["--data", "a.csv"]) == 2
    assert capsys.readouterr().err == "minprune: a.csv: Permission denied\n"


def test_ctrl_c_ends_cleanly_and_leaves_nothing(idx_folder, tmp_path):
    process = start("--data", idx_folder, *QUICK, "--epochs", 100_000, cwd=tmp_path)
    assert process.stdout.readline().startswith("bars: 1100 training")  # the rest takes hours
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "minprune: interrupted\n")
    assert not (tmp_path / "minprune-report").exists()


PAGES = {
    ("formulas",): f"{len(public())} functions. `minprune formulas` followed by\n",
    ("formulas", "network surgery"): "minprune.pruning.during.NetworkSurgery\n",
    ("formulas", "A-4.2"): "A-4.2  Threshold pruning of single weights\n",
    ("formulas", "a-4"): "A-4.1a  L1 regularization\n",
    ("formulas", "A-1"): "A-1  How the cost grows with the model\n",
    ("formulas", "rank_mask"): "minprune.formulas.masks.rank_mask\n",
    ("formulas", "OBD"): "minprune.formulas.influence.obd_saliency\n",
    ("worked",): "A-4.4  Three layers, pruned by importance\n",
    ("worked", "A-4.4"): "A-4.4  Three layers, pruned by importance\n",
    ("worked", "d-4.3"): "D-4.3  A 3 x 3 matrix, pruned at 0.2\n",
}
EVERY_PAGE = pytest.mark.parametrize(("words", "begins"), PAGES.items(), ids=map(" ".join, PAGES))


@EVERY_PAGE
def test_a_page_is_printed_whole(words, begins, capsys):
    assert main(words) == 0
    out, err = capsys.readouterr()
    page = (formulas_page if words[0] == "formulas" else worked_page)(*words[1:])
    assert out.startswith(begins) and out.rstrip("\n") == page.rstrip("\n")
    assert err == "" and out.endswith("\n")


def test_the_index_has_every_item_in_order_and_a_section_only_its_own(capsys):
    main(["formulas", "--all"])
    out = capsys.readouterr().out
    assert [line.split()[0] for line in out.splitlines() if line[0] != " "] == [
        *(i.id for i in ITEMS),
        "Ours",
    ]
    main(["formulas", "A-1"])
    assert "A-10  References" not in capsys.readouterr().out


def test_words_need_no_quotes(capsys):
    assert main(["formulas", "network", "surgery"]) == 0
    assert capsys.readouterr().out.startswith("minprune.pruning.during.NetworkSurgery\n")


def test_the_lessons_are_listed_and_one_is_shown(capsys):
    assert main(["lessons"]) == 0 and "\n03  Thresholds" in capsys.readouterr().out
    assert main(["lessons", "3", "--lang", "zh"]) == 0
    assert capsys.readouterr().out.startswith("03  阈值、掩码与并列\n")
    assert main(["lessons", "99"]) == 2 and "no lesson 99" in capsys.readouterr().err


@pytest.fixture
def no_reader():
    """A pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", [("formulas",), ("worked", "A-4.4")])
def test_a_reader_that_has_gone_is_told_by_the_exit_status_alone(
    words, unbuffered, no_reader, tmp_path
):
    process = start(*words, cwd=tmp_path, stdout=no_reader, PYTHONUNBUFFERED=unbuffered)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (141, "")  # as of a program that SIGPIPE has ended


def test_a_report_is_written_though_nobody_reads_the_output(idx_folder, no_reader, tmp_path):
    process = start("--data", idx_folder, *LEAST, cwd=tmp_path, stdout=no_reader)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (141, "")
    assert (tmp_path / "minprune-report" / "result.json").exists()


@pytest.mark.parametrize(
    ("words", "status"), [(["formulas", "A-4.2"], 0), (["formulas", "nonsense"], 2), (["walk"], 2)]
)
def test_streams_that_are_closed_are_done_without(words, status, monkeypatch):
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    try:
        assert main(words) == status
    except SystemExit as stop:
        assert stop.code == status


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_a_job_runs_with_all_streams_closed(idx_folder, tmp_path):
    command = [sys.executable, "-m", "minprune", "--data", idx_folder, *LEAST]
    shell = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *command]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert subprocess.run(shell, cwd=tmp_path, env=environment).returncode == 0
    assert (tmp_path / "minprune-report" / "result.json").exists()


def test_too_little_memory_is_one_sentence(idx_folder, tmp_path, monkeypatch, capsys):
    def job(settings, data, say):
        raise MemoryError("Unable to allocate 5 TiB")

    monkeypatch.setattr("minprune.experiments.mlp.run_mlp", job)
    assert main(["--data", str(idx_folder), "--out", str(tmp_path / "a")]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "memory" in err and "5 TiB" in err


@pytest.mark.parametrize("words", [("formulas",), ("formulas", "A-3.3c"), ("worked",)])
def test_pages_can_be_printed_where_only_ascii_can(words, tmp_path):
    code, out, err = run(*words, cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert (code, err) == (0, "") and len(out) > 500


def test_help_and_version(capsys):
    for words, expected in (
        (["--help"], "run mlp"),
        (["--help"], "\n  bench "),
        (["--help"], "formulas [WORD]"),
        (["--help"], "lessons [NN]"),
        (["formulas", "--help"], "A-4.2"),
        (["worked", "--help"], "A-4.4"),
        (["run", "mlp", "--help"], "--finetune-epochs"),
        (["--version"], minprune.__version__),
    ):
        with pytest.raises(SystemExit) as exit:
            main(words)
        assert exit.value.code == 0
        assert expected in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "orig_argv", "given", "expected"),
    [
        ("-m run mlp", "python -m minprune run mlp", {}, "1"),
        ("-m DIR", "python -m minprune.data.mnist DIR", {}, "1"),
        ("-m a -m lesson", "python -um minprune a -m lesson", {}, "1"),
        ("-m", "python -Im minprune", {}, "1"),
        ("-m a", "python -mminprune a", {}, "1"),
        ("-m", "python -X dev -W error -Bumminprune.cli", {}, "1"),
        ("-m -m minprune", "python -um lesson -m minprune", {}, None),
        ("-m", "python -mlesson.minprune", {}, None),
        ("-m", "", {}, None),
        ("-m", "python -X utf8 -m minprune", {"OPENBLAS_NUM_THREADS": "2"}, "2"),
        ("/usr/local/bin/minprune", "python /usr/local/bin/minprune", {}, "1"),
        ("minprune.exe", "minprune.exe", {}, "1"),
        ("-m", "python -m lesson", {}, None),
        ("lesson.py", "python lesson.py", {}, None),
        ("", "python", {}, None),
    ],
)
def test_commands_ask_for_one_blas_thread_and_libraries_for_none(
    argv, orig_argv, given, expected, monkeypatch
):
    monkeypatch.setattr(sys, "argv", argv.split() or [""])
    monkeypatch.setattr(sys, "orig_argv", orig_argv.split())
    monkeypatch.setattr(os, "environ", dict(given))
    one_thread_for_commands()
    assert os.environ.get("OPENBLAS_NUM_THREADS") == expected


def test_the_command_sets_it_before_numpy_is_there(tmp_path):
    (tmp_path / "numpy.py").write_text(
        "import os; raise SystemExit(os.environ.get('{}'))".format("OPENBLAS_NUM_THREADS")
    )
    environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}
    environment["PYTHONPATH"] = f"{tmp_path}{os.pathsep}{ROOT}"
    (tmp_path / "lesson.py").write_text("import minprune")
    for words, expected in (
        (["-m", "minprune"], "1"),
        (["-um", "minprune"], "1"),
        (["-Bsmminprune", "run"], "1"),
        (["-um", "lesson"], ""),
        (["-c", "import minprune"], ""),
    ):
        run = subprocess.run(
            [sys.executable, *words], env=environment, capture_output=True, text=True
        )
        assert run.stderr.strip() == expected
