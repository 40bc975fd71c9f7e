"""The files of one student: found by their names, wherever they lie in the folder."""

import json
import os
from pathlib import Path

from minprune.exercises import exercises
from minprune.exercises.folder import BACKUPS, NOTE

NOT_LOOKED_INTO = {BACKUPS, ".git", "__pycache__", "__MACOSX"}


class Submission:
    """A student's folder.

    found  every file that is called like one that is looked for: {name: [paths]}
    other  every other file
    """

    def __init__(self, folder, wanted):
        self.folder = Path(folder).resolve()
        names = {Path(exercise.file).name for exercise in wanted} | {NOTE}
        self.found, self.other = {name: [] for name in sorted(names)}, []
        for where, folders, files in os.walk(self.folder):
            folders[:] = sorted({*folders} - NOT_LOOKED_INTO)
            for name in names.intersection(folders + files):
                self.found[name].append(Path(where, name))
            self.other += [Path(where, name) for name in sorted({*files} - names)]

    def file(self, exercise):
        """The student's file for an exercise: (path, None), or (None, why there is none).

        Why is said in both languages; of a file that is simply not there: (None, None).
        """
        paths = self.found[Path(exercise.file).name]
        own = [path for path in paths if path == self.folder / exercise.file]
        if not own and len(paths) > 1:
            where = ", ".join(sorted(str(path.relative_to(self.folder)) for path in paths))
            return None, (f"There are several files of this name: {where}.",
                          f"有多个同名文件：{where}。")  # fmt: skip
        if not paths:
            return None, None
        return self._checked((own or paths)[0])

    def near(self, exercise):
        """The files that may be meant for an exercise and are not read, by their paths inside."""
        return [path.relative_to(self.folder).as_posix() for path in self.other
                if exercise.is_near(path.name)]  # fmt: skip

    def _checked(self, path):
        try:
            real = path.resolve(strict=True)
        except (OSError, RuntimeError):
            return None, ("It is a symbolic link that cannot be followed.",
                          "它是无法解析的符号链接。")  # fmt: skip
        if not real.is_relative_to(self.folder):
            return None, ("It is a symbolic link to a file outside the folder.",
                          "它是指向文件夹之外的符号链接。")  # fmt: skip
        if not real.is_file():
            return None, ("It is not a regular file.", "它不是普通文件。")
        return real, None

    def solutions_seen(self):
        """The ids that the student's own note says were shown; None if there is no such note.

        The student can change this note.
        """
        own = [path for path in self.found[NOTE] if path.parent == self.folder]
        for path in own or self.found[NOTE]:
            file, _ = self._checked(path)
            try:
                note = json.loads(file.read_bytes()[:1_000_000]) if file else None
                return sorted(exercises().keys() & {str(id) for id in note["given_up"]})
            except (ValueError, TypeError, KeyError, OSError, RecursionError):
                continue
        return None
