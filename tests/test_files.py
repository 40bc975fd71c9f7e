"""A file is replaced whole or not at all, and nothing but a file is replaced."""

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from minprune import files
from minprune.files import replacing

POSIX = pytest.mark.skipif(os.name != "posix", reason="of POSIX systems")


def write(path, content=b"new"):
    with replacing(path) as file:
        file.write(content)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@POSIX
@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero"])
def test_a_device_is_written_into(device):
    before = os.stat(device)
    write(device)
    assert stat.S_ISCHR(os.stat(device).st_mode) and os.stat(device).st_ino == before.st_ino


@POSIX
def test_a_pipe_with_a_name_is_written_into(tmp_path):
    fifo, read = tmp_path / "fifo", []
    os.mkfifo(fifo)
    reader = threading.Thread(target=lambda: read.append(fifo.read_bytes()))
    reader.start()
    write(fifo)
    reader.join(60)
    assert read == [b"new"] and fifo.is_fifo()


@POSIX
def test_standard_output_is_written_into():
    script = """if True:
        from minprune.files import replacing

        with replacing("/dev/stdout") as file:
            file.write(b"new")"""
    run = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, check=True)
    assert run.stdout == b"new"


@POSIX
def test_a_socket_or_a_link_to_itself_is_refused_by_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")  # the whole path may be too long
        with pytest.raises(OSError, match=r"socket'$"):
            write(tmp_path / "socket")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OSError, match=r"loop'$"):
        write(tmp_path / "loop")
    assert (tmp_path / "socket").is_socket() and (tmp_path / "loop").is_symlink()


@POSIX
def test_links_and_permissions_are_kept(tmp_path):
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "real").chmod(0o640)
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "dangling").symlink_to("made")
    os.link(tmp_path / "real", tmp_path / "hard")
    write(tmp_path / "link")
    write(tmp_path / "dangling")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "real").stat().st_mode) == 0o640
    assert (tmp_path / "hard").read_bytes() == b"old" and (tmp_path / "made").is_file()


@POSIX
@pytest.mark.parametrize(("before", "umask", "mode"), [(0o600, 0, 0o600), (None, 0o027, 0o640)])
def test_the_temporary_file_has_the_permissions_from_the_start(
    tmp_path, monkeypatch, before, umask, mode
):
    path, seen = tmp_path / "file", []
    if before:
        path.touch(before)
    flock = files.flock  # is called when the temporary file is new

    def spy(file, how):
        seen.append(stat.S_IMODE(os.stat(file.name).st_mode))
        flock(file, how)

    monkeypatch.setattr(files, "flock", spy)
    old = os.umask(umask)
    try:
        write(path)
    finally:
        os.umask(old)
    assert seen == [mode] and stat.S_IMODE(path.stat().st_mode) == mode


@POSIX
@pytest.mark.parametrize("name", ["file", "x" * 255])
def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path, name):
    script = """if True:
        import os, signal, sys
        from minprune.files import replacing

        os.fsync = lambda file: os.kill(os.getpid(), signal.SIGKILL)
        with replacing(sys.argv[1]) as file:
            file.write(b"half")"""
    path = tmp_path / name
    write(path, b"old")
    for _ in range(2):
        run = subprocess.run([sys.executable, "-c", script, path])
        assert run.returncode == -signal.SIGKILL
        assert path.read_bytes() == b"old" and len(names(tmp_path)) == 2
    write(path)
    assert names(tmp_path) == [name] and path.read_bytes() == b"new"


def test_the_file_of_a_living_writer_is_left_alone(tmp_path, monkeypatch):
    fsync, times = os.fsync, []

    def meanwhile(file):
        times.append(file)
        if len(times) == 1:
            write(tmp_path / "file", b"second")
        fsync(file)

    monkeypatch.setattr(os, "fsync", meanwhile)
    write(tmp_path / "file", b"first")
    assert len(times) == 2 and names(tmp_path) == ["file"]
    assert (tmp_path / "file").read_bytes() == b"first"


@POSIX
def test_a_file_removed_before_it_was_locked_is_made_again(tmp_path, monkeypatch):
    flock, times = files.flock, []

    def late(file, how):
        times.append(file)
        if len(times) == 1:
            Path(file.name).unlink()
        flock(file, how)

    monkeypatch.setattr(files, "flock", late)
    write(tmp_path / "file")
    assert len(times) == 2 and names(tmp_path) == ["file"]


@POSIX
@pytest.mark.parametrize("place", ["file", "/dev/full"])
def test_a_full_disk_names_the_file_asked_for(tmp_path, place):
    import resource

    path = tmp_path / place
    if place == "/dev/full":
        if not path.exists():
            pytest.skip("no /dev/full on this system")
    else:
        path.write_bytes(b"old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OSError, match=f"{place}'$"):
            write(path, bytes(5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert names(tmp_path) in (["file"], [])
    assert place != "file" or path.read_bytes() == b"old"


def test_a_body_that_fails_leaves_everything_as_it_was(tmp_path):
    with pytest.raises(ZeroDivisionError), replacing(tmp_path / "file"):
        raise ZeroDivisionError
    assert names(tmp_path) == []
