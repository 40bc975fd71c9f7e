"""How many cores there are, also in a container that may use only a part of them."""

import os
import sys

import pytest

from minprune import threads


@pytest.mark.parametrize(
    ("text", "quota"),
    [
        ("max 100000\n", sys.maxsize),
        ("150000 100000\n", 2),
        ("200000 100000\n", 2),
        ("50000 100000\n", 1),
        ("", sys.maxsize),
        ("1 2 3\n", sys.maxsize),
    ],
)
def test_the_part_of_a_container(tmp_path, text, quota):
    file = tmp_path / "cpu.max"
    file.write_text(text)
    assert threads._quota(str(file)) == quota


def test_without_a_container(tmp_path):
    assert threads._quota(str(tmp_path / "none")) == sys.maxsize


def test_no_more_cores_than_there_are(monkeypatch):
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    for quota, cores in ((sys.maxsize, there), (there + 1, there), (1, 1)):
        monkeypatch.setattr(threads, "_quota", lambda quota=quota: quota)
        assert threads.cores() == cores
