"""Processes that are wrong, crash, hang or are not there: each is said, none stops the others."""

import os
import sys
import time
from pathlib import Path

import pytest

from minprune.bench import workers
from minprune.bench.workers import LIVES, THREADS, Worker, WorkerError, environment
from minprune.language import using

FAKE = """
import json, os, sys, time
def answer(**reply): print(json.dumps(reply), flush=True)
kind, library, threads = sys.argv[1:]
if kind == "missing": answer(missing="ImportError: no such thing"); sys.exit()
if kind == "dies": sys.exit("cannot live here")
if kind == "mute": time.sleep(60)
if kind == "babbles": print("hello"); time.sleep(60)
with open(os.environ["STARTED"], "a") as file: file.write("x")
answer(versions={"library": library, "threads": threads})
for line in sys.stdin:
    do = json.loads(line)["do"]
    if do == "crash": print("first\\nlast words\\n", file=sys.stderr); os._exit(3)
    if do == "hang": time.sleep(60)
    if do == "fail": answer(error="ValueError: not today")
    if do == "noise": print("x" * 100_000, file=sys.stderr, flush=True); answer(seconds=1)
    if do == "environment": answer(**{k: os.environ.get(k) for k in json.loads(line)["names"]})
    if do == "where": answer(folder=os.getcwd())
    if do == "echo": answer(**json.loads(line))
"""


@pytest.fixture
def start(tmp_path, monkeypatch):
    (tmp_path / "fake.py").write_text(FAKE)
    (tmp_path / "started").touch()
    monkeypatch.setenv("STARTED", str(tmp_path / "started"))
    made = []

    def start(kind="good", patience=20.0, threads=3):
        command = [sys.executable, str(tmp_path / "fake.py"), kind]
        made.append(Worker(command, "lib", threads, patience))
        return made[-1]

    yield start
    for worker in made:
        worker.close()


def starts(tmp_path):
    return len((tmp_path / "started").read_text())


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def test_a_worker_is_told_its_library_and_threads_and_answers(start):
    worker = start()
    assert worker.versions == {"library": "lib", "threads": "3"}
    assert worker.ask(do="echo", x=[1, "é"]) == {"do": "echo", "x": [1, "é"]}


def test_a_worker_knows_its_threads_before_it_imports_anything(start, monkeypatch):
    for name in THREADS:
        monkeypatch.setenv(name, "64")
    names = [*THREADS, "NM_DISABLE_ANALYTICS", "STARTED"]
    found = start(threads=2).ask(do="environment", names=names)
    assert {found.pop(name) for name in THREADS} == {"2"}
    assert found == {"NM_DISABLE_ANALYTICS": "1", "STARTED": os.environ["STARTED"]}
    assert {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"} < set(THREADS)
    assert os.environ["OMP_NUM_THREADS"] == "64" and environment(1)["OMP_NUM_THREADS"] == "1"


def test_a_worker_finds_this_minprune_wherever_the_command_was_given(start, tmp_path, monkeypatch):
    (tmp_path / "minprune").mkdir()
    monkeypatch.chdir(tmp_path)
    assert start().ask(do="where")["folder"] == str(Path(workers.__file__).parents[2])


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("missing", "not available: ImportError: no such thing"),
        ("dies", "crashed: exit status 1, cannot live here"),
        ("babbles", "crashed: it printed 'hello'"),
        ("mute", "no answer: within 0.5 seconds"),
    ],
)
def test_a_worker_that_cannot_start_says_why_and_is_gone(kind, words, start, monkeypatch):
    processes, popen = [], workers.subprocess.Popen
    monkeypatch.setattr(
        workers.subprocess, "Popen",
        lambda *a, **k: processes.append(popen(*a, **k)) or processes[-1],
    )  # fmt: skip
    with pytest.raises(WorkerError) as error:
        start(kind, patience=0.5 if kind == "mute" else 20)
    assert str(error.value) == words
    assert [process.poll() is not None for process in processes] == [True]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("missing", "不可用：ImportError: no such thing"),
        ("dies", "崩溃：退出状态 1，cannot live here"),
        ("babbles", "崩溃：它输出了 'hello'"),
        ("mute", "无响应：0.5 秒内"),
    ],
)
def test_why_a_worker_cannot_start_in_chinese(kind, words, start):
    with using("zh"), pytest.raises(WorkerError) as error:
        start(kind, patience=0.5 if kind == "mute" else 20)
    assert str(error.value) == words


def test_a_worker_that_fails_and_is_given_up_in_chinese(start):
    worker = start()
    with using("zh"):
        for do, words in (("fail", "失败：ValueError: not today"), *[("crash", "崩溃：")] * LIVES,
                          ("echo", f"放弃：崩溃或无响应共 {LIVES} 次")):  # fmt: skip
            with pytest.raises(WorkerError, match=f"^{words}"):
                worker.ask(do=do)


def test_an_interpreter_that_is_none_is_not_there(tmp_path):
    (tmp_path / "text").write_text("no program")
    with pytest.raises(WorkerError, match=r"not available: .*text"):
        Worker([str(tmp_path / "text")], "lib", 1)


def test_an_error_is_told_and_the_process_lives_on(start, tmp_path):
    worker = start()
    for _ in range(LIVES + 2):
        with pytest.raises(WorkerError, match=r"^failed: ValueError: not today$"):
            worker.ask(do="fail")
    assert worker.ask(do="echo") == {"do": "echo"} and starts(tmp_path) == 1


def test_a_crash_is_told_with_the_last_words_and_another_process_takes_over(start, tmp_path):
    worker = start()
    with pytest.raises(WorkerError, match=r"^crashed: exit status 3, last words$"):
        worker.ask(do="crash")
    assert worker.process is None
    assert worker.ask(do="echo") == {"do": "echo"} and starts(tmp_path) == 2


def test_a_process_that_hangs_is_ended_after_so_many_seconds(start):
    worker = start(patience=1.0)
    pid, started = worker.process.pid, time.monotonic()
    with pytest.raises(WorkerError, match=r"^no answer: within 1 seconds$"):
        worker.ask(do="hang")
    assert time.monotonic() - started < 15 and not is_alive(pid)


def test_after_so_many_lives_it_is_given_up(start, tmp_path):
    worker = start()
    for _ in range(LIVES):
        with pytest.raises(WorkerError, match="crashed"):
            worker.ask(do="crash")
    for _ in range(2):
        with pytest.raises(WorkerError, match=f"^given up: .* {LIVES} times"):
            worker.ask(do="echo")
    assert starts(tmp_path) == LIVES


def test_what_a_library_says_on_the_side_does_not_stop_it(start):
    assert start().ask(do="noise") == {"seconds": 1}


def test_close_ends_the_process_and_may_be_called_again(start):
    worker = start()
    pid = worker.process.pid
    worker.close()
    worker.close()
    assert not is_alive(pid)
