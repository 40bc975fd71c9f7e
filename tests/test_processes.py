"""Tests that run in two processes are reported as those that run in one."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

FILE = """
import os
import pytest

@pytest.fixture(scope="module")
def one(): return 1

def test_right(one): assert one == 1

def test_wrong(one):
    print("what it printed in", os.getpid())
    assert one == 2

@pytest.mark.xfail
def test_expected(): assert not os.getpid()

def test_behind(one): assert one == 1
"""


def run(folder, *options):
    (folder / "conftest.py").write_text(Path(__file__).with_name("processes.py").read_text())
    for name in "abc":
        (folder / f"test_{name}.py").write_text(FILE)
    command = [sys.executable, "-m", "pytest", "--rootdir", folder, folder, *options]
    return subprocess.run(command, capture_output=True, text=True).stdout


@pytest.mark.parametrize("processes", "12")
def test_all_is_reported(tmp_path, processes):
    said = run(tmp_path, "--processes", processes, f"--junitxml={tmp_path / 'all.xml'}")
    assert "3 failed, 6 passed, 3 xfailed" in said and "[100%]" in said
    printed = re.findall(r"Captured stdout call -+\nwhat it printed in (\d+)\n[-_=]", said)
    assert len(printed) == 3 and len({*printed}) in (1, int(processes))
    assert (tmp_path / "all.xml").read_text().count("<testcase") == 12


def test_the_first_failure_ends_all(tmp_path):
    assert "stopping after 1 failures" in run(tmp_path, "--processes", "2", "-x")
