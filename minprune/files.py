"""Write a file whole or not at all."""

import io
import os
import secrets
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

from minprune.language import in_both

try:
    from fcntl import LOCK_EX, LOCK_NB, flock
except ImportError:  # Windows
    flock = None

PREFIX, SUFFIX = ".minprune-", ".tmp"  # of a file that is being written


@contextmanager
def replacing(path):
    """Collect bytes in memory, and put them in the place of the file `path` when all are there.

    A process killed half-way leaves the old file as it was. The new one is first written beside
    it under a temporary name, so the move stays on one disk, where it is a single act. It has the
    permissions of the old one from the start. A temporary file that a killed process has left is
    removed by the next write into its folder. Another hard link to the old file keeps the old
    contents. A device, pipe or socket is not replaced but written into.

    raises OSError that names `path` if it cannot be written
    """
    target = Path(os.path.realpath(path))  # through a symbolic link, not over it
    if not target.parent.is_dir():
        raise in_both(FileNotFoundError(f"{path}: there is no folder {target.parent}"),
                      f"{path}：没有文件夹 {target.parent}")  # fmt: skip
    if target.is_dir():
        raise in_both(IsADirectoryError(f"{path}: is a folder"), f"{path}：是一个文件夹")
    there = os.path.exists(path) or os.path.lexists(target)  # the target of /dev/stdout may not be
    memory = io.BytesIO()
    yield memory
    try:
        if there and not target.is_file():
            with open(path, "wb") as file:
                file.write(memory.getbuffer())
        else:
            _replace(target, memory.getbuffer())
    except OSError as error:  # which names no file, or the temporary one
        raise OSError(error.errno, error.strerror, os.fspath(path)) from error


def _replace(target, content):
    """Put a new file with this content in the place of `target`."""
    _remove_leftovers(target.parent)
    old = target.is_file()
    file = _locked(target.parent, target.stat().st_mode & 0o777 if old else 0o666)
    try:
        with file:
            if old:
                shutil.copymode(target, file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            if not flock:
                file.close()  # Windows does not move an open file
            os.replace(file.name, target)
    finally:
        Path(file.name).unlink(missing_ok=True)


def _locked(folder, mode):
    """A new temporary file, locked as long as it is open: its writer is alive."""
    while True:
        path = folder / f"{PREFIX}{secrets.token_hex(8)}{SUFFIX}"
        file = open(path, "xb", opener=lambda name, flags: os.open(name, flags, mode))  # noqa: SIM115
        with suppress(OSError):  # of a disk without locks, where leftovers stay
            if flock:
                flock(file, LOCK_EX)
        if path.exists():  # another process may have removed it before it was locked
            return file
        file.close()


def _remove_leftovers(folder):
    """Remove the temporary files whose writers are dead."""
    for path in folder.glob(f"{PREFIX}*{SUFFIX}") if flock else ():
        with suppress(OSError), open(path, "rb") as file:
            flock(file, LOCK_EX | LOCK_NB)
            path.unlink()


def read_at_most(path, most):
    """The bytes of a file; `ValueError` if there are more than `most`."""
    with open(path, "rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise in_both(
            ValueError(f"{path}: is larger than {most} bytes"), f"{path}：超过 {most} 字节"
        )
    return data


@contextmanager
def temporary_folder():
    """The path of a folder that is removed at the end, however deep it is and whatever it holds."""
    folder = tempfile.mkdtemp(prefix="minprune-")
    try:
        yield folder
    finally:
        with suppress(OSError):
            remove(folder)


def remove(folder):
    """Remove a folder. Those inside are moved to its top first: so no path is too long."""
    folders = [folder]
    for place in folders:  # which grows
        os.chmod(place, 0o700)
        for entry in [*os.scandir(place)]:
            if entry.is_dir(follow_symlinks=False):
                folders.append(os.path.join(folder, secrets.token_hex(8)))
                os.chmod(entry.path, 0o700)
                os.rename(entry.path, folders[-1])
            else:
                os.unlink(entry.path)
    for place in reversed(folders):
        os.rmdir(place)


def writable_folder(path):
    """The path itself; OSError unless it is, or could be made, a folder to write to.

    Nothing is left behind: a job can ask before its hour of work, and be stopped without a trace.
    """
    if not str(path):
        raise in_both(ValueError("the folder to write to must have a name, got ''"),
                      "写入的文件夹不能没有名称，得到 ''")  # fmt: skip
    path = nearest = Path(path)
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if not nearest.is_dir():
        raise in_both(
            NotADirectoryError(f"{path}: cannot be a folder, since {nearest} is a file"),
            f"{path}：不能是文件夹，因为 {nearest} 是文件",
        )
    try:
        with tempfile.TemporaryFile(dir=nearest):
            return path
    except OSError as error:
        why = error.strerror or error  # without the name of the temporary file
        raise in_both(PermissionError(f"{path}: {nearest} cannot be written to ({why})"),
                      f"{path}：无法写入 {nearest}（{why}）") from error  # fmt: skip
