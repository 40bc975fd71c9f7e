"""The commands of a course: python -m minprune exercises ..."""

import json
import time

from minprune.checks.isolated import Limits
from minprune.checks.judge import PASSED
from minprune.exercises import exercise_of, exercises
from minprune.exercises.attempt import MISSING, NOT_STARTED, attempt
from minprune.exercises.folder import Folder
from minprune.report.exercises_page import attempt_text, attempts_json, attempts_text, list_text

WHAT = "functions to write, with a check that tells what is wrong"
PAUSE = 0.5  # seconds between two looks at the files


def add_exercises(commands):
    """The subcommand `exercises` with its own subcommands."""
    page = commands.add_parser("exercises", help=WHAT, description=WHAT)
    acts = page.add_subparsers(dest="act", required=True, metavar="command")
    start = acts.add_parser("start", help="make a folder with all exercises")
    start.add_argument("folder", metavar="DIR")
    start.add_argument("--lang", choices=("en", "zh"), default="en", help="language of all texts")
    one = {
        "list": "all exercises, and where you are",
        "check": "check the exercises in order, up to the first that is not right yet",
        "watch": "check again whenever a file is saved",
        "hint": "a hint; again for the next one",
        "reset": "begin an exercise again; the file is kept beside",
        "solution": "how we would write it",
    }
    for name, what in one.items():
        page = acts.add_parser(name, help=what, description=what)
        if name not in ("list", "watch"):
            page.add_argument("id", nargs="?" if name == "check" else None, metavar="ID",
                              help="an exercise, as 1.3 or the name of its function")  # fmt: skip
        page.add_argument("--dir", default=".", help="the folder, if it is not this one")
        if name in ("check", "watch"):
            page.add_argument("--seconds", type=float, default=Limits().seconds,
                              help="for one function, all calls together")  # fmt: skip
        if name == "check":
            page.add_argument("--all", action="store_true", help="do not stop at the first")
            page.add_argument("--json", action="store_true", help="what was found as JSON")
    page.add_argument("--give-up", action="store_true", help="see it though yours is not right")


def run_exercises(options):
    """Returns the exit status: 0 unless an exercise that was checked is not right, then 1."""
    return ACTS[options.act](options) or 0


def start(options):
    folder = Folder.start(options.folder, options.lang)
    print({
        "en": f"{len(exercises())} exercises are in {folder.path}/. Begin with\n\n"
              f"    cd {folder.path}\n    python -m minprune exercises check\n",
        "zh": f"{len(exercises())} 道练习已放入 {folder.path}/。这样开始：\n\n"
              f"    cd {folder.path}\n    python -m minprune exercises check\n",
    }[folder.language])  # fmt: skip


def show_list(options):
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
    folder = Folder.around(options.dir)
    chosen = [exercise_of(options.id)] if options.id else [*exercises().values()]
    found = []
    for exercise in chosen:
        found.append(_attempt(folder, exercise, options.seconds))
        if not (found[-1].passed or options.all):
            break
    if options.json:
        print(json.dumps(attempts_json(found), ensure_ascii=False))
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
    """Check what has changed, until interrupted; `looks` ends it after so many."""
    folder, seen = Folder.around(options.dir), None
    while looks is None or looks > 0:
        times = {e: _time(folder.file(e)) for e in exercises().values()}
        if seen is None:
            changed = [next((e for e in times if not folder.is_passed(e)), None)]
        else:
            changed = [exercise for exercise in times if times[exercise] != seen[exercise]]
        for exercise in filter(None, changed):
            print(attempt_text(_attempt(folder, exercise, options.seconds), folder.language))
        seen = times
        looks = None if looks is None else looks - 1
        time.sleep(PAUSE)


def _time(file):
    return file.stat().st_mtime_ns if file.is_file() else None


def hint(options):
    folder, exercise = Folder.around(options.dir), exercise_of(options.id)
    text, number = folder.next_hint(exercise)
    print(f"{exercise.id}  {number}/{len(exercise.hints[folder.language])}  {text}")


def reset(options):
    folder, exercise = Folder.around(options.dir), exercise_of(options.id)
    kept = folder.reset(exercise)
    if kept is not None:
        print({"en": f"Your file is kept in {kept}", "zh": f"原文件保存在 {kept}"}[folder.language])


def solution(options):
    folder, exercise = Folder.around(options.dir), exercise_of(options.id)
    if options.give_up:
        folder.give_up(exercise)
    elif not folder.was_passed(exercise):
        raise ValueError({
            "en": f"{exercise.id} is not right yet; --give-up shows it all the same, and is noted",
            "zh": f"{exercise.id} 还没有做对；加 --give-up 可以直接看答案，会留下记录",
        }[folder.language])  # fmt: skip
    print(exercise.source_of_solution())


ACTS = {"start": start, "list": show_list, "check": check, "watch": watch, "hint": hint,
        "reset": reset, "solution": solution}  # fmt: skip
