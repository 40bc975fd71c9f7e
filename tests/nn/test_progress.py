"""The progress line: drawn on a terminal, cleared at the end, and never in a log."""

import io
import time

import numpy as np
import pytest

from minprune.layout import columns
from minprune.nn.network import mlp
from minprune.nn.optim import SGD
from minprune.nn.progress import Progress
from minprune.nn.train import fit

CLEAR = "\r\x1b[K"


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    """The time of day, in a list of one."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_a_terminal_shows_title_bar_part_and_note(clock):
    terminal = Terminal()
    progress = Progress("fine-tuning", 8, terminal)
    progress.step()
    clock[0] += 1
    progress.note = "loss 0.123"
    progress.step()
    lines = terminal.getvalue().split(CLEAR)
    assert lines == [
        "",
        "fine-tuning  [##                  ]  12 %  ",
        "fine-tuning  [#####               ]  25 %  loss 0.123",
    ]


def test_the_line_is_cleared_at_the_end(clock):
    terminal = Terminal()
    progress = Progress("training", 2, terminal)
    progress.step()
    assert not terminal.getvalue().endswith(CLEAR)
    progress.close()
    assert terminal.getvalue().endswith(CLEAR)
    assert "\n" not in terminal.getvalue()


def test_a_wide_line_is_cut_to_the_columns_of_the_terminal(clock, monkeypatch):
    monkeypatch.setenv("COLUMNS", "44")
    terminal = Terminal()
    progress = Progress("去掉掩码", 1, terminal)
    progress.note = "损失 0.1"
    progress.step()
    assert terminal.getvalue() == f"{CLEAR}去掉掩码  [{'#' * 20}] 100 %  损"
    assert columns(terminal.getvalue().removeprefix(CLEAR)) == 42  # 损失 would need 44


def test_it_is_drawn_at_most_ten_times_a_second(clock):
    terminal = Terminal()
    progress = Progress("training", 1000, terminal)
    for _ in range(1000):
        clock[0] += 0.0101
        progress.step()
    assert 95 <= terminal.getvalue().count(CLEAR) <= 101


def test_anything_but_a_terminal_gets_nothing(clock):
    log = io.StringIO()
    progress = Progress("training", 4, log)
    progress.step()
    clock[0] += 1
    progress.step()
    progress.close()
    assert log.getvalue() == ""


@pytest.mark.parametrize("stream", [Terminal(), io.StringIO()], ids=["terminal", "log"])
def test_training_draws_on_standard_error(stream, monkeypatch, capsys, clock):
    def decay(done):
        clock[0] += 1  # one second a step
        return 1.0

    monkeypatch.setattr("sys.stderr", stream)
    network, x, y = mlp([2, 2], np.random.default_rng(0)), np.eye(2), np.array([0, 1])
    optimizer, rng = SGD(network.parameters, lr=0.1), np.random.default_rng(0)
    options = {"validation": (x, y), "lr_decay": decay, "title": "rehearsal"}
    fit(network, x, y, optimizer=optimizer, epochs=3, batch_size=2, rng=rng, **options)
    if stream.isatty():
        *drawn, last = stream.getvalue().split(CLEAR)[1:]
        assert last == "" and len(drawn) == 3
        assert all(line.startswith("rehearsal  [") for line in drawn)
        assert [line.split("]")[1][:6] for line in drawn] == ["  33 %", "  66 %", " 100 %"]
        assert "loss 0." in drawn[1] and drawn[1].endswith("%")
    else:
        assert stream.getvalue() == ""
    assert capsys.readouterr().out == ""


class Gone(Terminal):
    """A terminal that was closed."""

    def write(self, text):
        raise OSError(5, "Input/output error")


def closed():
    stream = io.StringIO()
    stream.close()
    return stream


@pytest.mark.parametrize("stream", [None, Gone(), closed(), object()])
def test_training_needs_no_standard_error(stream, monkeypatch):
    monkeypatch.setattr("sys.stderr", stream)
    progress = Progress("training", 2)
    progress.step()
    progress.step()
    progress.close()
    assert (progress.done, progress.shown) == (2, False)
