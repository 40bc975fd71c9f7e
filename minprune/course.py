"""The commands of a course: python -m minprune exercises ..."""

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
from minprune.language import either, in_both, language, use
from minprune.parser import SUPPRESS
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
    "start": ("DIR", ("make a folder with all exercises", "建一个放有全部练习的文件夹")),
    "list": ("", ("list all exercises, and your progress", "列出全部练习和你的进度")),
    "check": ("[ID]", ("check one, or all up to the first that is not right",
                       "检查一题，或按顺序检查到第一道没做对的题")),
    "watch": ("", ("check again whenever a file is saved", "文件一保存就重新检查")),
    "hint": ("ID", ("print a hint; repeat for the next one", "给一条提示；再运行一次看下一条")),
    "reset": ("ID", ("restore the empty exercise; your file is backed up",
                     "恢复成未做的练习；你的文件会留备份")),
    "solution": ("ID", ("print the solution, once your function is right",
                        "函数做对之后，给出答案")),
}  # fmt: skip
TEACHERS = {
    "grade": ("SUBMISSIONS", ("grade a folder of submissions, one folder per student",
                              "给一个文件夹的作业评分，每个学生一个子文件夹")),
    "export": ("PLATFORM", ("write an autograder for a platform", "写出某个平台的自动评分程序")),
    "selftest": ("", ("test the exercises themselves", "检验练习本身")),
    "instructors": ("", ("print how to run a course, and what cannot be prevented",
                         "怎样用它开课，以及哪些情况无法防止")),
}  # fmt: skip
INSTRUCTORS = Path(__file__).parent / "exercises"
PAUSE = 0.5  # seconds between two looks at the files


def add_exercises(commands):
    """The subcommand `exercises` with its own subcommands."""
    page = commands.add_parser(
        "exercises",
        usage="minprune exercises [-h] command ...",
        what=(f"functions to write, with a check that diagnoses mistakes\n\n"
              f"for students:\n{_listed(STUDENTS)}\nfor instructors:\n{_listed(TEACHERS)}",
              f"动手写的函数，检查程序会指出典型错误\n\n"
              f"学生用：\n{_listed(STUDENTS)}\n教师用：\n{_listed(TEACHERS)}"),
    )  # fmt: skip
    acts = page.add_subparsers(dest="act", required=True, metavar="command",
                               prog="minprune exercises", help=SUPPRESS)  # fmt: skip
    pages = {name: acts.add_parser(name, what=what)
             for name, (_, what) in (STUDENTS | TEACHERS).items()}  # fmt: skip
    _add_students(pages)
    _add_instructors(pages)


def _listed(commands):
    """The commands of a group, one a line."""
    calls = {f"{name} {arguments}": either(*what) for name, (arguments, what) in commands.items()}
    return "".join(f"  {call:19}{what}\n" for call, what in calls.items())


def _add_students(pages):
    """The arguments of the subcommands for students."""
    start = pages["start"]
    start.add_argument("folder", metavar="DIR", help=either("the folder to make", "要建的文件夹"))
    start.add_argument("--no-solutions", action="store_true", help=either(
        "make a folder in which `solution` prints none", "建一个不提供答案的文件夹"
    ))  # fmt: skip
    for name in ("list", "check", "watch", "hint", "reset", "solution"):
        page = pages[name]
        if name not in ("list", "watch"):
            page.add_argument("id", nargs="?" if name == "check" else None, metavar="ID",
                              help=either("an exercise: 1.3, or the name of its function",
                                          "一道练习：1.3，或其函数名"))  # fmt: skip
        page.add_argument("--dir", default=".", metavar="DIR", help=either(
            "folder of the exercises (default: this one)", "练习所在的文件夹（默认当前文件夹）"
        ))  # fmt: skip
        if name in ("check", "watch"):
            _add_seconds(page)
    check_ = pages["check"]
    check_.add_argument("--all", action="store_true", help=either(
        "do not stop at the first", "不在第一道没做对的题停下"
    ))  # fmt: skip
    check_.add_argument("--json", action="store_true", help=either(
        "print the results as JSON", "以 JSON 输出结果"
    ))  # fmt: skip
    pages["solution"].add_argument("--give-up", action="store_true", help=either(
        "print it even if yours is not right", "还没做对也给出答案"
    ))  # fmt: skip


def _add_instructors(pages):
    """The arguments of the subcommands for instructors."""
    grade_ = pages["grade"]
    grade_.add_argument("submissions", metavar="SUBMISSIONS", help=either(
        "folder of students' folders", "放有各学生文件夹的文件夹"
    ))  # fmt: skip
    grade_.add_argument("--csv", metavar="FILE", help=either(
        "write the points as a table", "把得分写成表格"
    ))  # fmt: skip
    grade_.add_argument("--json", metavar="FILE", help=either(
        "write all results", "写出全部结果"
    ))  # fmt: skip
    grade_.add_argument("--seed-file", metavar="FILE", help=either(
        "file that holds the seed of the hidden cases, - for the standard input (default: "
        "MINPRUNE_SEED of the environment, or 1, which students can find out)",
        "存有隐藏用例种子的文件，- 表示标准输入（默认看环境变量 MINPRUNE_SEED，没有则为 1，"
        "而 1 是学生能知道的）",
    ))  # fmt: skip
    grade_.add_argument("--seed", help=SUPPRESS)  # refused, with the reason
    grade_.add_argument("--resume", action="store_true", help=either(
        "continue an interrupted run with who is missing", "继续上次中断的评分，只评还没评的学生"
    ))  # fmt: skip
    grade_.add_argument("--jobs", type=int, default=1, metavar="N", help=either(
        "submissions graded in parallel (default: 1)", "同时评几份作业（默认 1）"
    ))  # fmt: skip
    grade_.add_argument("--sandbox", choices=sandbox.CHOICES, default="auto", help=either(
        "bwrap: run functions in bubblewrap, or grade nothing if it does not start; none: only "
        "Landlock and limits; auto (default): bubblewrap if it starts",
        "bwrap：在 bubblewrap 中运行函数，若不能启动就什么也不评；none：只用 Landlock 和资源限制；"
        "auto（默认）：能启动时用 bubblewrap",
    ))  # fmt: skip
    _add_grading(grade_)
    platforms = pages["export"].add_subparsers(dest="platform", required=True, metavar="platform")
    for name, (target, what, _) in EXPORTS.items():
        page = platforms.add_parser(name, help=either(*what), what=what)
        page.add_argument("target", metavar=target, help=either("what to write", "要写出的目标"))
        page.add_argument("--seed", type=int, metavar="N", help=either(
            "seed of the hidden cases; drawn at random by default",
            "隐藏用例的种子；默认随机抽取",
        ))  # fmt: skip
        _add_grading(page)


def _add_seconds(page):
    page.add_argument("--seconds", type=float, default=Limits().seconds, metavar="N", help=either(
        "time limit for all calls of one function (default: 20)",
        "一个函数全部调用的时限，秒（默认 20）",
    ))  # fmt: skip


def _add_grading(page):
    page.add_argument("--assignment", type=int, metavar="N", help=either(
        "only this assignment", "只评这一次作业"
    ))  # fmt: skip
    _add_seconds(page)


def run_exercises(options):
    """Returns the exit status: 0 unless an exercise that was checked is not right, then 1.

    In a folder of exercises all is printed in the folder's language, unless another is asked for.
    """
    if "dir" in options:
        options.folder = Folder.around(options.dir)
        use(options.lang or options.folder.language)
    return ACTS[options.act](options) or 0


def start(options):
    """Write the starters of all exercises into a new folder."""
    folder = Folder.start(options.folder, language(), not options.no_solutions)
    begin = f"    cd {folder.path}\n    {sys.executable} -m minprune exercises check\n"
    n = len(exercises())
    print(either(f"{n} exercises are in {folder.path}/. Begin with\n\n{begin}",
                 f"{n} 道练习已放入 {folder.path}/。这样开始：\n\n{begin}"))  # fmt: skip


def show_list(options):
    """Print all exercises, each with its status."""
    folder, statuses = options.folder, {}
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
    folder = options.folder
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
        print(attempts_text(found, most))
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
    folder, seen = options.folder, None
    print(either(f"Watching {folder.path}; press Ctrl-C to stop",
                 f"正在监视 {folder.path}；按 Ctrl-C 结束"))  # fmt: skip
    while looks is None or looks > 0:
        files = {e: folder.digest(e) for e in exercises().values()}
        queue = [e for e in files if seen and files[e] != seen[e]]
        onward = seen is None
        while queue or onward:
            found = [_attempt(folder, e, options.seconds) for e in queue]
            for one in found:
                print(attempt_text(one), flush=True)
            onward = onward or any(one.passed for one in found)
            left = [e for e in files if not folder.is_passed(e)] if onward else []
            queue, onward = [e for e in left[:1] if e not in queue], False
        if all(map(folder.is_passed, files)):
            print(either("All exercises are right.", "全部练习都正确。"))
            return
        seen = files
        looks = None if looks is None else looks - 1
        time.sleep(PAUSE)


def hint(options):
    """Print the hints of an exercise, one more with each call."""
    exercise = exercise_of(options.id)
    for number, text in enumerate(options.folder.next_hints(exercise, language()), 1):
        print(f"{exercise.id}  {number}/{len(exercise.hints[language()])}  {text}")


def reset(options):
    """Put the starter of an exercise back, and keep the old file."""
    folder, exercise = options.folder, exercise_of(options.id)
    kept, file = folder.reset(exercise), folder.file(exercise)
    en = f"Your file is backed up in {kept}" if kept else "There was no file before"
    zh = f"原文件已备份到 {kept}" if kept else "之前没有这个文件"
    print(either(f"{file} is reset. {en}", f"{file} 已恢复为初始内容。{zh}"))


def solution(options):
    """Print the solution of an exercise that was right once, or is given up."""
    folder, exercise = options.folder, exercise_of(options.id)
    if not folder.solutions:
        raise in_both(ValueError(f"{folder.path}: was begun without solutions; ask your teacher"),
                      f"{folder.path}：此文件夹不提供答案；请问老师")  # fmt: skip
    if options.give_up:
        folder.give_up(exercise)
    elif not folder.was_passed(exercise):
        said = f"{exercise.id} is not right yet; --give-up prints the solution and records that"
        zh = f"{exercise.id} 还没有做对；加 --give-up 可以直接看答案，会留下记录"
        raise in_both(ValueError(said), zh)
    print(exercise.source_of_solution())


def grade(options):
    """Grade a folder of submissions; returns 1 if one could not be judged."""
    seed = _seed(options)
    only_grade()
    texts = {options.csv: grades_csv, options.json: lambda found: as_json(grades_json(found))}
    targets = [path for path in (options.csv, options.json) if path]
    _refuse_bad(targets)
    if options.resume and not targets:
        raise in_both(
            ValueError("--resume needs the --csv or --json that grading was begun with"),
            "--resume 需要给出上次开始评分时的 --csv 或 --json",
        )
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
        found = found._replace(wall=either(*wall.said))
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
            students = counted(kept.count, "student")
            print(either(f"{kept.path}: holds the grades of {students}; --resume grades the others",
                         f"{kept.path}：存有 {kept.count} 名学生的成绩；用 --resume 继续评其余的"),
                  file=sys.stderr)  # fmt: skip


def _seed(options):
    """The seed of the hidden cases, from the environment, a file or the standard input."""
    if options.seed is not None:
        raise in_both(
            ValueError("--seed: every process can read the command line, and so can a submission."
                       " Set MINPRUNE_SEED, or write the seed into a file and give --seed-file "
                       "FILE"),
            "--seed：任何进程都能读到命令行，学生的作业也能。请设置 MINPRUNE_SEED，"
            "或把种子写进文件，用 --seed-file FILE 给出",
        )  # fmt: skip
    name, text = "MINPRUNE_SEED", os.environ.get("MINPRUNE_SEED", "1")
    if options.seed_file:
        name = options.seed_file
        data = sys.stdin.buffer.readline(100) if name == "-" else read_at_most(name, 100)
        text = data.decode("utf-8-sig", errors="replace")
    if not text.strip().isdecimal():
        raise in_both(ValueError(f"{name}: must hold the seed, a whole number >= 1"),
                      f"{name}：内容应为种子，即一个 >= 1 的整数")  # fmt: skip
    return hidden_seed(int(text))


class Progress:
    """Stores and prints the total of each student; it never waits for the terminal."""

    def __init__(self, kept):
        self.kept, self.lines, self.lock = kept, queue.SimpleQueue(), threading.Lock()
        self.thread = threading.Thread(target=self._print, daemon=True)
        self.thread.start()

    def __call__(self, student):
        with self.lock:
            total = either("not judged yet", "尚未评判") if student.not_judged else student.total
            self.lines.put(either(f"{student.name}: {total}\n", f"{student.name}：{total}\n"))
            if self.kept:
                try:
                    self.kept.add(student)
                except OSError as error:
                    self.lines.put(either(
                        f"{self.kept.path}: cannot be written ({error.strerror})\n",
                        f"{self.kept.path}：无法写入（{error.strerror}）\n",
                    ))  # fmt: skip

    def _print(self):
        with suppress(OSError):  # nobody reads it
            while line := self.lines.get():
                os.write(2, line.encode(errors="backslashreplace"))

    def close(self):
        self.lines.put("")
        self.thread.join(timeout=5)


def _refuse_bad(targets):
    if len({Path(path).resolve() for path in targets}) < len(targets):
        raise in_both(
            ValueError(f"--csv and --json must name two files, got {targets[0]} twice"),
            f"--csv 与 --json 不能是同一个文件，得到两个 {targets[0]}",
        )
    for path in map(Path, targets):
        if path.is_dir():
            raise in_both(IsADirectoryError(f"{path}: is a folder"), f"{path}：是一个文件夹")
        if not path.parent.is_dir():
            raise in_both(FileNotFoundError(f"{path}: there is no folder {path.parent}"),
                          f"{path}：没有文件夹 {path.parent}")  # fmt: skip
        if path.is_file() or not path.exists():  # a device is written into
            writable_folder(path.parent)


def export(options):
    """Write an autograder for another platform."""
    *_, write = EXPORTS[options.platform]
    seed = write(options.target, options.seed, options.assignment, language(), options.seconds)
    print(either(f"Wrote {options.target}; its hidden cases have the seed {seed}",
                 f"已写出 {options.target}；其中隐藏用例的种子是 {seed}"))  # fmt: skip


def run_selftest(options):
    """Put the exercises themselves to the test; returns 1 if one is wrong."""
    rows = selftest()
    print(selftest_text(rows))
    return 1 if any(row.problems for row in rows) else 0


def instructors(options):
    """Print the page for instructors."""
    page = INSTRUCTORS / either("instructors.md", "instructors.zh.md")
    print(page.read_text(encoding="utf-8"), end="")


EXPORTS = {
    "gradescope": ("FILE.zip", ("zip file for Gradescope, with the package inside",
                                "Gradescope 用的 zip 文件，内含本程序包"), export_gradescope),
    "classroom50": ("DIR", ("folder for Classroom 50, with the package inside",
                            "Classroom 50 用的文件夹，内含本程序包"), export_classroom50),
}  # fmt: skip
ACTS = {"start": start, "list": show_list, "check": check, "watch": watch, "hint": hint,
        "reset": reset, "solution": solution, "grade": grade, "export": export,
        "selftest": run_selftest, "instructors": instructors}  # fmt: skip
