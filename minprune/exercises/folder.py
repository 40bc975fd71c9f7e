"""A student's folder: a file for each exercise, and a note of what was done."""

import hashlib
import json
import shutil
from pathlib import Path

from minprune.arguments import one_of, whole_number
from minprune.exercises import ASSIGNMENTS, exercises
from minprune.files import replacing
from minprune.language import LANGUAGES, in_both

NOTE = ".minprune.json"
BACKUPS = ".minprune-backup"
README = {
    "en": """\
# Pruning neural networks: {count} exercises

Each file holds one function to write; its docstring is the task. The exercises need only Python and
NumPy, and do not depend on each other. Run these commands in this folder, with the `python` that
minprune is installed for:

    python -m minprune exercises check          check in order, up to the first that is not right
    python -m minprune exercises check 1.3      check this one
    python -m minprune exercises check --all    check all of them, and count your points
    python -m minprune exercises watch          check again whenever you save
    python -m minprune exercises hint 1.3       print a hint; repeat for the next one
    python -m minprune exercises list           list all exercises, and your progress
    python -m minprune exercises reset 1.3      restore the empty exercise; your file is backed up
    python -m minprune exercises solution 1.3   print our solution, once yours is right

`check` names common mistakes; for any other mistake it shows the smallest example that fails.

{table}
""",
    "zh": """\
# 神经网络剪枝：{count} 道练习

每个文件里有一个待写的函数，函数名下面说明它要计算什么。只需要 Python 和 NumPy，各题互不依赖。
在本文件夹中运行（`python` 指安装了 minprune 的那个 Python）：

    python -m minprune exercises check          按顺序检查，到第一道还没做对的题为止
    python -m minprune exercises check 1.3      只检查这一题
    python -m minprune exercises check --all    检查全部并计分
    python -m minprune exercises watch          每次保存后自动检查
    python -m minprune exercises hint 1.3       看提示，再运行一次看下一条
    python -m minprune exercises list           查看进度
    python -m minprune exercises reset 1.3      重新开始；原来的文件会留一份备份
    python -m minprune exercises solution 1.3   做对之后看答案

典型错误会直接指出是哪一种；其他错误会给出最小的出错例子。

{table}
""",
}


class Folder:
    """The folder `path`, made by `start`.

    language   of files and diagnoses
    solutions  whether the command `solution` prints them
    """

    def __init__(self, path):
        self.path = Path(path)
        note = self.path / NOTE
        if not note.is_file():
            raise in_both(
                FileNotFoundError(f"{self.path}: not a folder of exercises; make one with "
                                  "`python -m minprune exercises start DIR`"),
                f"{self.path}：不是练习文件夹；"
                "请用 `python -m minprune exercises start DIR` 建一个",
            )  # fmt: skip
        try:
            self.note = json.loads(note.read_bytes())  # bytes: an editor may add a mark, or UTF-16
            self.language = one_of("language", self.note["language"], LANGUAGES)
            for name, kind in (("passed", dict), ("hints", dict), ("given_up", list)):
                if not isinstance(self.note[name], kind):
                    raise TypeError
            self.solutions = self.note.get("solutions", True) is not False
            for number in self.note["hints"].values():
                whole_number("hints", number, low=0)
        except (ValueError, TypeError, KeyError, RecursionError):
            raise in_both(
                ValueError(
                    f"{note}: is damaged; restore an older copy of it, or start a new folder"
                ),
                f"{note}：已损坏；请恢复它的旧备份，或另建一个练习文件夹",
            ) from None

    @classmethod
    def start(cls, path, language="en", solutions=True):
        """Make a new folder with all exercises; nothing that is there is overwritten."""
        one_of("language", language, LANGUAGES)
        path = Path(path)
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise in_both(
                FileExistsError(f"{path}: already exists and is not empty; nothing was changed"),
                f"{path}：已经存在且不为空；没有改动任何文件",
            )
        for exercise in exercises().values():
            file = path / exercise.file
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(exercise.starter(language), encoding="utf-8")
        text = README[language].format(count=len(exercises()), table=_table(language))
        if not solutions:
            lines = text.splitlines(keepends=True)
            text = "".join(line for line in lines if "exercises solution" not in line)
        (path / "README.md").write_text(text, encoding="utf-8")
        note = {"language": language, "passed": {}, "hints": {}, "given_up": []}
        note |= {} if solutions else {"solutions": False}
        (path / NOTE).write_text(json.dumps(note), encoding="utf-8")
        return cls(path)

    @classmethod
    def around(cls, path="."):
        """The folder that a path lies in, or is."""
        path = Path(path).resolve()
        return cls(next((p for p in (path, *path.parents) if (p / NOTE).is_file()), path))

    def file(self, exercise):
        """Where the student's function is, or should be."""
        return self.path / exercise.file

    def passed(self, exercise):
        """Note that an exercise is right, as its file is now."""
        self.note["passed"][exercise.id] = self.digest(exercise)
        self._save()

    def is_passed(self, exercise):
        """True if it was right, and its file has not changed since."""
        return self.note["passed"].get(exercise.id, 0) == self.digest(exercise)

    def was_passed(self, exercise):
        """True if it has been right before."""
        return exercise.id in self.note["passed"]

    def digest(self, exercise):
        """Digest of the content of an exercise's file; None if there is no file."""
        file = self.file(exercise)
        return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None

    def next_hints(self, exercise, language=None):
        """The hints that were shown before, and the next one if there is another.

        language  of the hints, that of the folder unless another is given
        """
        hints = exercise.hints[language or self.language]
        number = min(self.note["hints"].get(exercise.id, 0) + 1, len(hints))
        self.note["hints"][exercise.id] = number
        self._save()
        return hints[:number]

    def give_up(self, exercise):
        """Note that the solution was shown before the exercise was right."""
        if exercise.id not in self.note["given_up"]:
            self.note["given_up"].append(exercise.id)
            self._save()

    def reset(self, exercise):
        """The starter again; returns where the student's file was kept, or None if there was none.

        A backup never takes the place of another.
        """
        file, kept = self.file(exercise), None
        if file.exists():
            folder, number = self.path / BACKUPS, 1
            folder.mkdir(exist_ok=True)
            while (kept := folder / f"{file.stem}_{number}.py").exists():
                number += 1
            shutil.copy2(file, kept)
        file.parent.mkdir(parents=True, exist_ok=True)
        with replacing(file) as new:
            new.write(exercise.starter(self.language).encode())
        return kept

    def _save(self):
        with replacing(self.path / NOTE) as file:
            file.write(json.dumps(self.note, ensure_ascii=False).encode())


def _table(language):
    """The assignments and their exercises, for a README."""
    lines = []
    for number, title in ASSIGNMENTS.items():
        lines += [f"{number}. {title[language]}"]
        lines += [
            f"   - {exercise.id} {exercise.title[language]} (`{exercise.file}`)"
            for exercise in exercises().values()
            if exercise.assignment == number
        ]
    return "\n".join(lines)
