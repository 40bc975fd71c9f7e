"""Write a file whole or not at all."""

import os
import secrets
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path):
    """Open a binary file that takes the place of `path` when, and only when, all is written.

    A process killed half-way leaves the old file as it was. The new one is first written beside
    it under a temporary name, so the move stays on one disk, where it is a single act.
    """
    target = Path(os.path.realpath(path))  # through a symbolic link, not over it
    if not target.parent.is_dir():
        raise FileNotFoundError(f"{path}: there is no folder {target.parent}")
    if target.is_dir():
        raise IsADirectoryError(f"{path}: is a folder")
    temporary = target.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with open(temporary, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, temporary)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def writable_folder(path):
    """The path itself; OSError unless it is, or could be made, a folder to write to.

    Nothing is left behind: a job can ask before its hour of work, and be stopped without a trace.
    """
    if not str(path):
        raise ValueError("the folder to write to must have a name")
    path = nearest = Path(path)
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if not nearest.is_dir():
        raise NotADirectoryError(f"{path}: cannot be a folder, {nearest} is a file")
    try:
        with tempfile.TemporaryFile(dir=nearest):
            return path
    except OSError as error:
        raise PermissionError(f"{path}: cannot be written in {nearest} ({error})") from error
