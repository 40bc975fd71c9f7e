"""The commands of a course: python -m minprune exercises ..."""

import argparse
import os
import queue
import sys
import threading
import time
from contextlib import ExitStack, closing, suppress
from pathlib import Path

from minprune.arguments import counted, json_text
from minprune.checks import sandbox
from minprune.checks.isolated import Limits
from minprune.checks.verdict import PASSED
from minprune.exercises import exercise_of, exercises
from minprune.exercises.attempt import MISSING, NOT_STARTED, attempt
from minprune.exercises.export import export_classroom50, export_gradescope
from minprune.exercises.folder import Folder
from minprune.exercises.grade import grade_all, hidden_seed, only_grade
from minprune.exercises.results import PARTIAL, Kept, Target
from minprune.exercises.selftest import selftest
from minprune.files import read_at_most, writable_folder
from minprune.report.exercises_page import (
    attempt_text,
    attempts_json,
    attempts_text,
    grades_csv,
    grades_json,
    grades_text,
    list_text,
    selftest_text,
)
from minprune.report.submission_page import as_json

STUDENTS = {  # command -> arguments, what it does
    "start": ("DIR", "make a folder with all exercises"),
    "list": ("", "list all exercises, and your progress"),
    "check": ("[ID]", "check one, or all up to the first that is not right"),
    "watch": ("", "check again whenever a file is saved"),
    "hint": ("ID", "print a hint; repeat for the next one"),
    "reset": ("ID", "restore the empty exercise; your file is backed up"),
    "solution": ("ID", "print the solution, once your function is right"),
}
TEACHERS = {
    "grade": ("SUBMISSIONS", "grade a folder of submissions, one folder per student"),
    "export": ("PLATFORM", "write an autograder for a platform"),
    "selftest": ("", "test the exercises themselves"),
    "instructors": ("", "print how to run a course, and what cannot be prevented"),
}
INSTRUCTORS = Path(__file__).parent / "exercises" / "instructors.md"
PAUSE = 0.5  # seconds between two looks at the files


def add_exercises(commands):
    """The subcommand `exercises` with its own subcommands."""
    page = commands.add_parser(
        "exercises",
        usage="minprune exercises [-h] command ...",
        description=f"functions to write, with a check that diagnoses mistakes\n\n"
        f"for students:\n{_listed(STUDENTS)}\nfor instructors:\n{_listed(TEACHERS)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    acts = page.add_subparsers(dest="act", required=True, metavar="command",
                               prog="minprune exercises", help=argparse.SUPPRESS)  # fmt: skip
    pages = {name: acts.add_parser(name, description=what)
             for name, (_, what) in (STUDENTS | TEACHERS).items()}  # fmt: skip
    _add_students(pages)
    _add_instructors(pages)


def _listed(commands):
    """The commands of a group, one a line."""
    calls = {f"{name} {arguments}": what for name, (arguments, what) in commands.items()}
    return "".join(f"  {call:19}{what}\n" for call, what in calls.items())


def _add_students(pages):
    """The arguments of the subcommands for students."""
    start = pages["start"]
    start.add_argument("folder", metavar="DIR", help="the folder to make")
    start.add_argument("--no-solutions", action="store_true",
                       help="make a folder in which `solution` prints none")  # fmt: skip
    _add_language(start, "language of all texts")
    for name in ("list", "check", "watch", "hint", "reset", "solution"):
        page = pages[name]
        if name not in ("list", "watch"):
            page.add_argument("id", nargs="?" if name == "check" else None, metavar="ID",
                              help="an exercise: 1.3, or the name of its function")  # fmt: skip
        page.add_argument("--dir", default=".", metavar="DIR",
                          help="folder of the exercises (default: this one)")  # fmt: skip
        if name in ("check", "watch"):
            _add_seconds(page)
    check_ = pages["check"]
    check_.add_argument("--all", action="store_true", help="do not stop at the first")
    check_.add_argument("--json", action="store_true", help="print the results as JSON")
    pages["solution"].add_argument("--give-up", action="store_true",
                                   help="print it even if yours is not right")  # fmt: skip


def _add_instructors(pages):
    """The arguments of the subcommands for instructors."""
    grade_ = pages["grade"]
    grade_.add_argument("submissions", metavar="SUBMISSIONS", help="folder of students' folders")
    grade_.add_argument("--csv", metavar="FILE", help="write the points as a table")
    grade_.add_argument("--json", metavar="FILE", help="write all results")
    grade_.add_argument("--seed-file", metavar="FILE",
                        help="file that holds the seed of the hidden cases, - for the standard "
                             "input (default: MINPRUNE_SEED of the environment, or 1, which "
                             "students can find out)")  # fmt: skip
    grade_.add_argument("--seed", help=argparse.SUPPRESS)  # refused, with the reason
    grade_.add_argument("--resume", action="store_true",
                        help="continue an interrupted run with who is missing")  # fmt: skip
    grade_.add_argument("--jobs", type=int, default=1, metavar="N",
                        help="submissions graded in parallel (default: 1)")  # fmt: skip
    grade_.add_argument(
        "--sandbox", choices=sandbox.CHOICES, default="auto",
        help="bwrap: run functions in bubblewrap, or grade nothing if it does not start; none: "
             "only Landlock and limits; auto (default): bubblewrap if it starts"
    )  # fmt: skip
    _add_grading(grade_)
    platforms = pages["export"].add_subparsers(dest="platform", required=True, metavar="platform")
    for name, (target, what, _) in EXPORTS.items():
        page = platforms.add_parser(name, help=what, description=what)
        page.add_argument("target", metavar=target, help="what to write")
        _add_language(page, "language of the feedback")
        page.add_argument("--seed", type=int, metavar="N",
                          help="seed of the hidden cases; drawn at random by default")  # fmt: skip
        _add_grading(page)


def _add_language(page, what):
    page.add_argument("--lang", choices=("en", "zh"), default="en", help=f"{what} (default: en)")


def _add_seconds(page):
    page.add_argument("--seconds", type=float, default=Limits().seconds, metavar="N",
                      help="time limit for all calls of one function (default: 20)")  # fmt: skip


def _add_grading(page):
    page.add_argument("--assignment", type=int, metavar="N", help="only this assignment")
    _add_seconds(page)


def run_exercises(options):
    """Returns the exit status: 0 unless an exercise that was checked is not right, then 1."""
    return ACTS[options.act](options) or 0


def start(options):
    """Write the starters of all exercises into a new folder."""
    folder = Folder.start(options.folder, options.lang, not options.no_solutions)
    begin = f"    cd {folder.path}\n    {sys.executable} -m minprune exercises check\n"
    print({
        "en": f"{len(exercises())} exercises are in {folder.path}/. Begin with\n\n{begin}",
        "zh": f"{len(exercises())} 道练习已放入 {folder.path}/。这样开始：\n\n{begin}",
    }[folder.language])  # fmt: skip


def show_list(options):
    """Print all exercises, each with its status."""
    folder = Folder.around(options.dir)
    statuses = {}
    for id, exercise in exercises().items():
        file = folder.file(exercise)
        if not file.is_file():
            statuses[id] = MISSING
        elif exercise.is_untouched(file):
            statuses[id] = NOT_STARTED
        elif folder.is_passed(exercise):
            statuses[id] = PASSED
    print(list_text(folder, statuses))


def check(options):
    """Check the exercises up to the first that is not right, or one; returns 1 if one is not."""
    folder = Folder.around(options.dir)
    chosen = [exercise_of(options.id)] if options.id else [*exercises().values()]
    found = []
    for exercise in chosen:
        found.append(_attempt(folder, exercise, options.seconds))
        if not (found[-1].passed or options.all):
            break
    if options.json:
        print(json_text(attempts_json(found)))
    else:
        most = sum(e.points for e in ([chosen[0]] if options.id else exercises().values()))
        print(attempts_text(found, most, folder.language))
    return 0 if all(one.passed for one in found) else 1


def _attempt(folder, exercise, seconds):
    found = attempt(exercise, folder.file(exercise), limits=Limits(seconds=seconds))
    if found.passed:
        folder.passed(exercise)
    return found


def watch(options, looks=None):
    """Check what has changed, and behind a pass the next, until interrupted or all are right.

    looks  ends it after so many looks at the files
    """
    folder, seen = Folder.around(options.dir), None
    print({
        "en": f"Watching {folder.path}; press Ctrl-C to stop",
        "zh": f"正在监视 {folder.path}；按 Ctrl-C 结束",
    }[folder.language])  # fmt: skip
    while looks is None or looks > 0:
        files = {e: folder.digest(e) for e in exercises().values()}
        queue = [e for e in files if seen and files[e] != seen[e]]
        onward = seen is None
        while queue or onward:
            found = [_attempt(folder, e, options.seconds) for e in queue]
            for one in found:
                print(attempt_text(one, folder.language), flush=True)
            onward = onward or any(one.passed for one in found)
            left = [e for e in files if not folder.is_passed(e)] if onward else []
            queue, onward = [e for e in left[:1] if e not in queue], False
        if all(map(folder.is_passed, files)):
            print({"en": "All exercises are right.", "zh": "全部练习都正确。"}[folder.language])
            return
        seen = files
        looks = None if looks is None else looks - 1
        time.sleep(PAUSE)


def hint(options):
    """Print the hints of an exercise, one more with each call."""
    folder, exercise = Folder.around(options.dir), exercise_of(options.id)
    for number, text in enumerate(folder.next_hints(exercise), 1):
        print(f"{exercise.id}  {number}/{len(exercise.hints[folder.language])}  {text}")


def reset(options):
    """Put the starter of an exercise back, and keep the old file."""
    folder, exercise = Folder.around(options.dir), exercise_of(options.id)
    kept, file = folder.reset(exercise), folder.file(exercise)
    en = f"Your file is backed up in {kept}" if kept else "There was no file before"
    zh = f"原文件已备份到 {kept}" if kept else "之前没有这个文件"
    print({
        "en": f"{file} is reset. {en}", "zh": f"{file} 已恢复为初始内容。{zh}"
    }[folder.language])  # fmt: skip


def solution(options):
    """Print the solution of an exercise that was right once, or is given up."""
    folder, exercise = Folder.around(options.dir), exercise_of(options.id)
    if not folder.solutions:
        raise ValueError({
            "en": f"{folder.path}: was begun without solutions; ask your teacher",
            "zh": f"{folder.path}：此文件夹不提供答案；请问老师",
        }[folder.language])  # fmt: skip
    if options.give_up:
        folder.give_up(exercise)
    elif not folder.was_passed(exercise):
        raise ValueError({
            "en": f"{exercise.id} is not right yet; --give-up prints the solution and records that",
            "zh": f"{exercise.id} 还没有做对；加 --give-up 可以直接看答案，会留下记录",
        }[folder.language])  # fmt: skip
    print(exercise.source_of_solution())


def grade(options):
    """Grade a folder of submissions; returns 1 if one could not be judged."""
    seed = _seed(options)
    only_grade()
    texts = {options.csv: grades_csv, options.json: lambda found: as_json(grades_json(found))}
    targets = [path for path in (options.csv, options.json) if path]
    _refuse_bad(targets)
    if options.resume and not targets:
        raise ValueError("--resume needs the --csv or --json that grading was begun with")
    wall = sandbox.wall(options.sandbox)
    limits = Limits(seconds=options.seconds, boxed=wall.boxed)
    of = seed, options.assignment, options.seconds
    with ExitStack() as stack:
        files = [stack.enter_context(closing(Target(path))) for path in targets]
        kept, done = None, False
        beside = [path for path, file in zip(targets, files, strict=True) if file.is_regular]
        if beside:
            kept = Kept(beside[0] + PARTIAL, of, options.resume)
            stack.callback(lambda: _close(kept, done))
        say = Progress(kept)
        found = grade_all(options.submissions, seed, options.assignment, limits, options.jobs, say,
                          kept.students if kept else ())  # fmt: skip
        found = found._replace(wall=wall.said)
        try:
            for path, file in zip(targets, files, strict=True):
                file.write(texts[path](found).encode(errors="backslashreplace"))
            done = not any(student.not_judged for student in found.students)
        finally:  # the work is done: show it also when the disk is full
            say.close()
            print(grades_text(found))
    return 0 if done else 1


def _close(kept, done):
    if kept.close(done):
        with suppress(OSError):
            print(f"{kept.path}: holds the grades of {counted(kept.count, 'student')}; --resume "
                  "grades the others", file=sys.stderr)  # fmt: skip


def _seed(options):
    """The seed of the hidden cases, from the environment, a file or the standard input."""
    if options.seed is not None:
        raise ValueError("--seed: every process can read the command line, and so can a submission."
                         " Set MINPRUNE_SEED, or write the seed into a file and give --seed-file "
                         "FILE")  # fmt: skip
    name, text = "MINPRUNE_SEED", os.environ.get("MINPRUNE_SEED", "1")
    if options.seed_file:
        name = options.seed_file
        data = sys.stdin.buffer.readline(100) if name == "-" else read_at_most(name, 100)
        text = data.decode("utf-8-sig", errors="replace")
    if not text.strip().isdecimal():
        raise ValueError(f"{name}: must hold the seed, a whole number >= 1")
    return hidden_seed(int(text))


class Progress:
    """Stores and prints the total of each student; it never waits for the terminal."""

    def __init__(self, kept):
        self.kept, self.lines, self.lock = kept, queue.SimpleQueue(), threading.Lock()
        self.thread = threading.Thread(target=self._print, daemon=True)
        self.thread.start()

    def __call__(self, student):
        with self.lock:
            total = "not judged yet" if student.not_judged else student.total
            self.lines.put(f"{student.name}: {total}\n")
            if self.kept:
                try:
                    self.kept.add(student)
                except OSError as error:
                    self.lines.put(f"{self.kept.path}: cannot be written ({error.strerror})\n")

    def _print(self):
        with suppress(OSError):  # nobody reads it
            while line := self.lines.get():
                os.write(2, line.encode(errors="backslashreplace"))

    def close(self):
        self.lines.put("")
        self.thread.join(timeout=5)


def _refuse_bad(targets):
    if len({Path(path).resolve() for path in targets}) < len(targets):
        raise ValueError(f"--csv and --json must name two files, got {targets[0]} twice")
    for path in map(Path, targets):
        if path.is_dir():
            raise IsADirectoryError(f"{path}: is a folder")
        if not path.parent.is_dir():
            raise FileNotFoundError(f"{path}: there is no folder {path.parent}")
        if path.is_file() or not path.exists():  # a device is written into
            writable_folder(path.parent)


def export(options):
    """Write an autograder for another platform."""
    *_, write = EXPORTS[options.platform]
    seed = write(options.target, options.seed, options.assignment, options.lang, options.seconds)
    print(f"Wrote {options.target}; its hidden cases have the seed {seed}")


def run_selftest(options):
    """Put the exercises themselves to the test; returns 1 if one is wrong."""
    rows = selftest()
    print(selftest_text(rows))
    return 1 if any(row.problems for row in rows) else 0


def instructors(options):
    """Print the page for instructors."""
    print(INSTRUCTORS.read_text(encoding="utf-8"), end="")


EXPORTS = {
    "gradescope": ("FILE.zip", "zip file for Gradescope, with the package inside",
                   export_gradescope),
    "classroom50": ("DIR", "folder for Classroom 50, with the package inside",
                    export_classroom50),
}  # fmt: skip
ACTS = {"start": start, "list": show_list, "check": check, "watch": watch, "hint": hint,
        "reset": reset, "solution": solution, "grade": grade, "export": export,
        "selftest": run_selftest, "instructors": instructors}  # fmt: skip
