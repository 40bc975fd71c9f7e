"""The files of one student: found by their names, wherever they lie in the folder."""

import hashlib
import json
import os
from itertools import islice
from pathlib import Path

from minprune.arguments import printable
from minprune.checks.verdict import BROKEN
from minprune.exercises import exercises
from minprune.exercises.attempt import NOT_JUDGED, SHOWN, listed, not_judged
from minprune.exercises.folder import BACKUPS, NOTE
from minprune.files import read_at_most

NOT_LOOKED_INTO = {BACKUPS, ".git", "__pycache__", "__MACOSX", "site-packages", "node_modules"}
ENTRIES, DEPTH = 10_000, 30  # files and folders that are looked at, and how deep
LARGEST = 1_000_000  # bytes of a file


class Submission:
    """A student's folder. All that counts is read at once, before any student's code runs.

    name            as it is shown
    sources         {id of an exercise: the bytes of its file}
    reasons         {id: (status, in English, in Chinese)}, where a file is there but is not judged
    solutions_seen  the ids that the student's own note says were shown; None if there is no such
                    note. The note is the student's file and can be edited.
    digest          of the name and all that is read
    """

    def __init__(self, folder, wanted):
        self.folder = Path(folder).resolve()
        self.name = printable(Path(folder).name)
        names = {Path(exercise.file).name for exercise in wanted} | {NOTE}
        self.found, self.other = {name: [] for name in sorted(names)}, []
        self.cut, self.unread = self._look(names)
        self.sources, self.reasons = {}, {}
        for exercise in wanted:
            self._read(exercise)
        self.solutions_seen = self._solutions_seen()
        texts = {id: hashlib.sha256(text).hexdigest() for id, text in self.sources.items()}
        read = [os.fsencode(Path(folder).name), texts, self.reasons, self.solutions_seen]
        self.digest = hashlib.sha256(repr(read).encode()).hexdigest()

    def _look(self, names):
        """Find the files, the shallow ones first.

        Returns whether there are more than are looked at, and the error of a folder that cannot be
        read, if there is one.
        """
        folders, count, cut, unread = [(self.folder, 0)], 0, False, None
        for where, depth in folders:  # which grows
            try:
                with os.scandir(where) as entries:
                    inside = sorted(islice(entries, ENTRIES), key=lambda entry: entry.name)
            except OSError as error:
                unread = error
                continue
            for entry in inside:
                is_folder = entry.is_dir(follow_symlinks=False)
                if is_folder and entry.name in NOT_LOOKED_INTO:
                    continue
                count += 1
                if count == ENTRIES:
                    return True, unread
                if entry.name in names:
                    self.found[entry.name].append(Path(entry))
                if not is_folder and entry.name not in names:
                    self.other.append(Path(entry))
                if is_folder and depth < DEPTH:
                    folders.append((Path(entry), depth + 1))
                cut |= is_folder and depth >= DEPTH
        return cut, unread

    def _read(self, exercise):
        path, why = self.file(exercise)
        try:
            if path:
                self.sources[exercise.id] = read_at_most(path, LARGEST)
            elif self.unread:
                raise self.unread
            elif why:
                self.reasons[exercise.id] = (BROKEN, *why)
        except ValueError:
            why = "The file is larger than 1 MB.", "文件超过 1 MB。"
            self.reasons[exercise.id] = (BROKEN, *why)
        except OSError as error:
            verdict = not_judged(exercise, error)
            self.reasons[exercise.id] = (NOT_JUDGED, verdict.en, verdict.zh)

    def file(self, exercise):
        """The student's file for an exercise: (path, None), or (None, why there is none).

        Why is said in both languages; of a file that is simply not there: (None, None).
        """
        paths = self.found[Path(exercise.file).name]
        own = [path for path in paths if path == self.folder / exercise.file]
        if not own and len(paths) > 1:
            where = listed(sorted(self._shown(path) for path in paths))
            return None, (f"There are several files of this name: {where}.",
                          f"有多个同名文件：{where}。")  # fmt: skip
        if not paths and self.cut:
            return None, (
                f"It is not among the first {ENTRIES} files and folders, {DEPTH} folders deep.",
                f"在前 {ENTRIES} 个文件和文件夹（最多 {DEPTH} 层）中没有找到。",
            )
        if not paths:
            return None, None
        return self._checked((own or paths)[0])

    def near(self, exercise):
        """The files that may be meant for an exercise and are not read, by their paths inside."""
        return [self._shown(path) for path in self.other if exercise.is_near(path.name)]

    def _shown(self, path):
        return printable(path.relative_to(self.folder).as_posix(), 200)

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

    def _solutions_seen(self):
        own = [path for path in self.found[NOTE] if path.parent == self.folder]
        for path in (own or self.found[NOTE])[:SHOWN]:
            file, _ = self._checked(path)
            try:
                note = json.loads(read_at_most(file, LARGEST)) if file else None
                return sorted(exercises().keys() & {str(id) for id in note["given_up"]})
            except (ValueError, TypeError, KeyError, OSError, RecursionError):
                continue
        return None
