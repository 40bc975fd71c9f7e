"""The command line: python -m minprune ..."""

import os
import sys
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

import minprune
from minprune.bench.settings import QUICK, BenchSettings
from minprune.course import add_exercises, run_exercises
from minprune.data.mnist import load_mnist
from minprune.data.source import load_data
from minprune.experiments.settings import (
    LEAST_STEPS,
    UNIT_CRITERIA,
    CnnSettings,
    Settings,
    with_enough_steps,
)
from minprune.files import replacing, writable_folder
from minprune.language import (
    LANGUAGES,
    VARIABLE,
    either,
    in_both,
    language,
    message,
    of_environment,
    of_locale,
    use,
    using,
)
from minprune.parser import SUPPRESS, DefaultsFormatter, Parser, language_in

DESCRIPTION = (
    """\
Neural-network pruning from scratch. Commands of `python -m minprune`:

  (none)            the main job on MNIST: train, prune, fine-tune, report
  run mlp           the same; `run mlp --help` lists the options of both
  run cnn           a convolutional network: threshold, rank, filters removed
  bench             time the sparse engine against PyTorch, DeepSparse, ...
  formulas [WORD]   find a formula by name, paper or any word
  worked [ID]       worked examples step by step: right and printed values
  verify [FILE.py]  test every formula, the functions of your file, or a library
  exercises         functions to write, with a check that diagnoses mistakes
  lessons [NN]      the lessons, or the functions and exercises of one
  notebook NN       a lesson as a Jupyter notebook

Every command prints in English or Chinese: --lang en, --lang zh
""",
    """\
从零实现的神经网络剪枝。`python -m minprune` 的命令：

  （无）            主任务：在 MNIST 上训练、剪枝、微调，写出报告
  run mlp           同上；`run mlp --help` 列出两者的选项
  run cnn           卷积网络：按阈值、按排序剪枝，删除滤波器
  bench             与 PyTorch、DeepSparse 等比较稀疏引擎的速度
  formulas [WORD]   按名称、论文或任何词查找公式
  worked [ID]       算例，一步一步：正确的值与原文给出的值
  verify [FILE.py]  检验全部公式、你的文件中的函数，或某个库
  exercises         动手写的练习，检查程序会指出典型错误
  lessons [NN]      列出各课，或某一课的函数和练习
  notebook NN       把一课写成 Jupyter 笔记本

每个命令都可用中文或英文输出：--lang zh、--lang en
""",
)

TOP_LEVEL = "-h", "--help", "--version"  # any other option belongs to the main job

CHOICES = {  # name -> placeholder, what it is
    "sparsity": ("FRACTION", ("fraction of the weights to prune, at least 0 and below 1",
                              "剪掉的权重所占比例，不小于 0 且小于 1")),
    "scope": ("SCOPE", ("'global' ranks the weights of all layers together, 'layer' each layer by "
                        "itself", "'global' 把各层权重放在一起排序，'layer' 每层单独排序")),
    "hidden": ("N", ("hidden units, at most 100,000", "隐藏单元的个数，最多 100,000")),
    "seeds": ("N", ("number of seeds to train the compared networks with, for the intervals of the "
                    "table", "用多少个随机种子各训练一遍所比较的网络，以得到表中的置信区间")),
    "epochs": ("N", ("epochs of training before pruning", "剪枝前训练的轮数")),
    "finetune_epochs": ("N", ("epochs of training after pruning", "剪枝后微调的轮数")),
    "batch_size": ("N", ("samples per step", "每一步的样本数")),
    "lr": ("RATE", ("learning rate before pruning; it decays to 0",
                    "剪枝前的学习率，逐步衰减到 0")),
    "finetune_lr": ("RATE", ("learning rate after pruning; it decays to 0",
                             "剪枝后的学习率，逐步衰减到 0")),
    "l1": ("STRENGTH", ("strength of the L1 penalty before pruning, at least 0",
                        "剪枝前 L1 惩罚项的强度，不小于 0")),
    "seed": ("N", ("seed of all random numbers", "全部随机数的种子")),
    "smoothing": ("FRACTION", ("label smoothing: probability spread evenly over all classes, at "
                               "least 0 and below 1",
                               "标签平滑：均匀分给所有类别的概率，不小于 0 且小于 1")),
    "theta": ("THETA", ("threshold that document D prunes by, at least 0",
                        "文章 D 所用的剪枝阈值，不小于 0")),
    "unit_sparsity": ("FRACTION", ("fraction of the filters and neurons to remove, at least 0 and "
                                   "below 1", "删除的滤波器和神经元所占比例，不小于 0 且小于 1")),
    "criterion": ("NAME", ("score of the filters and neurons: " + ", ".join(UNIT_CRITERIA),
                           "滤波器和神经元的得分方法：" + "、".join(UNIT_CRITERIA))),
}  # fmt: skip

BENCH_CHOICES = {  # name -> type, placeholder, whether it takes several values, what it is
    "networks": (str, "NAME", True, ("cnn, lenet5, plain (six convolutions), vgg16/4 (VGG16 with a "
                 "quarter of the filters), or the widths of a perceptron",
                 "cnn、lenet5、plain（六个卷积层）、vgg16/4（滤波器数为四分之一的 VGG16），或"
                 "一个感知机各层的宽度")),
    "sparsities": (float, "FRACTION", True, ("fractions of every layer to prune, each at least 0 "
                   "and below 1", "每层剪掉的比例，各不小于 0 且小于 1")),
    "batches": (int, "N", True, ("batch sizes", "批的大小")),
    "peers": (str, "PEER", True, ("libraries to compare with; those not installed are skipped",
                                  "用来比较的库；没有安装的会跳过")),
    "rounds": (int, "N", False, ("timed rounds of each library in each case, at most",
                                 "每种情形下每个库计时的轮次，最多这么多")),
    "seconds": (float, "S", False, ("seconds that a case takes, roughly; three rounds at least",
                                    "每种情形大约花费的秒数；至少计时三轮")),
    "threads": (int, "N", False, ("threads that each library may use", "每个库可用的线程数")),
    "seed": (int, "N", False, ("seed of all random numbers", "全部随机数的种子")),
}  # fmt: skip

NETWORKS = {
    "mlp": (Settings, "minprune-report",
            ("perceptron with one hidden layer, 784-64-10 on MNIST",
             "含一个隐藏层的感知机，在 MNIST 上为 784-64-10")),
    "cnn": (CnnSettings, "minprune-report-cnn",
            ("CNN: 32 filters of 3x3, max pooling, dense 64, on MNIST",
             "卷积网络：32 个 3x3 滤波器、最大池化、64 单元的全连接层，用 MNIST")),
}  # fmt: skip


def main(arguments=None):
    """Run the command line.

    Returns the exit status: 0 done, 1 something that was put to the test is wrong, 2 refused,
    130 interrupted, 141 the reader closed the output early.
    """
    _open_streams()
    with using("en"):  # until the arguments and the environment are read
        status = _status(sys.argv[1:] if arguments is None else list(arguments))
    try:
        sys.stdout.flush()
    except OSError:  # nor shall Python try it again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status


def _status(arguments):
    """Carry out a command, and print why if it cannot be; returns the status."""
    try:
        return _run(arguments)
    except BrokenPipeError:  # the reader, say `head`, has seen enough
        return 141
    except (ValueError, FloatingPointError, OSError) as error:
        return _complain(_refused(error), 2)
    except MemoryError as error:
        enough = "there is not enough memory for this: ", "内存不足："
        return _complain(f"{either(*enough)}{error}", 2)
    except KeyboardInterrupt:
        return _complain(either("interrupted", "已中断"), 130)


def _run(arguments):
    """Carry out a command; returns its status when all that it has printed is out."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # Léonard, on a terminal that has no é
    named = os.environ.get(VARIABLE)  # or nonsense, which is refused below unless --lang is given
    use(named if named in LANGUAGES else of_locale())
    asked, arguments = language_in(arguments)
    use(asked or of_environment())
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in TOP_LEVEL):
        arguments = ["run", "mlp", *arguments]
    try:
        options = _parser().parse_args(arguments)
    finally:  # of --help too, which ends here
        sys.stdout.flush()
    options.lang = asked or getattr(options, "lang", None)  # it may be abbreviated
    use(options.lang or language())
    status = COMMANDS[options.command](options) or 0
    sys.stdout.flush()
    return status


def _open_streams():
    """Let streams that were closed lead nowhere; else the next file to be opened is one of them."""
    for name, mode in {"stdin": "r", "stdout": "w", "stderr": "w"}.items():
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, open(nowhere, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def _refused(error):
    """The sentence of an error; in Chinese one behind the sentence that only English has."""
    said = message(error)
    if isinstance(error, OSError) and error.filename and error.strerror:
        said = f"{error.filename}: {error.strerror}"  # without the number
    return said if hasattr(error, "zh") else either(said, f"无法执行，原因是：{said}")


def _complain(what, status):
    with suppress(OSError):  # the stream may be closed
        print(either(f"minprune: {what}", f"minprune：{what}"), file=sys.stderr, flush=True)
    return status


def _say(line):
    """Print a line of a job, which goes on if it cannot be: its report is still wanted."""
    with suppress(OSError):  # raised again by the flush at the end
        print(line, flush=True)


def run(options):
    """A job with the choices of the command line; all are checked before work begins."""
    from minprune.experiments.cnn import run_cnn  # which imports Numba, so not for --help
    from minprune.experiments.mlp import run_mlp
    from minprune.report.write import rendered, write_report

    kind, *_ = NETWORKS[options.network]
    chosen = {field.name: getattr(options, field.name) for field in fields(kind)
              if field.name in options}  # fmt: skip
    asked = kind(**chosen)
    folder = writable_folder(options.out)
    data = _data(options)
    settings = with_enough_steps(asked, len(data.train.labels), chosen)
    raised = [name for name in LEAST_STEPS if getattr(settings, name) != getattr(asked, name)]
    if raised:
        _say(_raised(settings, raised, len(data.train.labels)))
    job = {"mlp": run_mlp, "cnn": run_cnn}[options.network]
    result = job(settings, data, say=_say)
    try:
        write_report(result, folder)
    finally:  # the work is done: show it also when the disk is full
        _say(f"\n{rendered(result)}")
    print(either(f"Report, pictures and networks are in {folder}/",
                 f"报告、图片和网络在 {folder}/ 中"))  # fmt: skip


def _raised(settings, names, samples):
    """The note on epochs that are more than those of MNIST."""
    flags = ["--" + name.replace("_", "-") for name in names]
    values = [(name, getattr(settings, name)) for name in names]
    return either(
        f"An epoch of {samples} samples is short, so "
        f"{', '.join(f'{name} is {value}' for name, value in values)}; choose with "
        f"{' or '.join(flags)}.",
        f"只有 {samples} 个样本，一轮很短，因此 "
        f"{'、'.join(f'{name} 取 {value}' for name, value in values)}；"
        f"可用 {'、'.join(flags)} 指定。",
    )


def _data(options):
    """The data that `--data` names, or MNIST."""
    if "data" in options:
        return load_data(options.data, getattr(options, "label", None))
    if "label" in options:
        raise in_both(
            ValueError("--label needs --data FILE.csv"), "--label 须与 --data FILE.csv 同用"
        )
    return load_mnist()


def bench(options):
    """The benchmark; choices that are given replace those of the whole or of the quick one."""
    from minprune.bench.run import run_bench
    from minprune.report.write import rendered, write_report

    given = {
        name: getattr(options, name)
        for name in (*BENCH_CHOICES, "pythons", "trained")
        if name in options
    }
    settings = BenchSettings(**(QUICK if options.quick else {}) | given)
    folder = writable_folder(options.out)
    result = run_bench(settings, say=_say)
    try:
        write_report(result, folder)
    finally:
        _say(f"\n{rendered(result)}")
    print(either(f"Report and pictures are in {folder}/", f"报告和图片在 {folder}/ 中"))
    if result.interrupted:
        raise KeyboardInterrupt


def formulas(options):
    """The families of formulas, or what a query finds."""
    from minprune.report.pages import formulas_page

    query = " ".join(options.query) if options.query else None
    print(formulas_page(query, options.all).rstrip("\n"))


def lessons(options):
    """The lessons, or one of them."""
    from minprune.report.pages import lessons_page

    print(lessons_page(options.number))


def worked(options):
    """The worked examples, or one of them."""
    from minprune.report.pages import worked_page

    print(worked_page(options.id), end="")


def verify(options):
    """All formulas, or the functions of a file; returns 1 if one is wrong."""
    from minprune.arguments import json_text
    from minprune.checks.isolated import Broken, Limits
    from minprune.checks.verify import not_judged, verify_file, verify_formulas
    from minprune.report.verify_page import as_json, formulas_table, functions_table

    if options.against is not None or options.stored:
        return _against(options)
    if options.export is not None:
        return _export(options)
    if options.map and options.file is None:
        raise in_both(ValueError("--map needs the FILE.py that holds the function"),
                      "--map 需要给出函数所在的 FILE.py")  # fmt: skip
    if options.file is None:
        rows, left_out = verify_formulas(options.formula, options.seed), None
        text = formulas_table(rows)
    else:
        try:
            rows = verify_file(options.file, _mapping(options.map), options.formula, options.seed,
                               Limits(seconds=options.seconds))  # fmt: skip
        except Broken as problem:
            en, zh = problem.args
            raise in_both(ValueError(f"{options.file}: {en}"), f"{options.file}：{zh}") from None
        left_out = not_judged(options.file, rows)
        text = functions_table(rows, left_out)
    if options.json:
        text = json_text(as_json(rows, options.seed, left_out))
    print(text)
    return 0 if all(row.passed for row in rows) else 1


def _export(options):
    """The cases of the formulas, as a JSON file."""
    import json

    from minprune.checks.vectors import vectors

    if options.file is not None or options.map:
        raise in_both(
            ValueError("--export writes the cases of minprune's formulas; leave out the file"),
            "--export 写出 minprune 自己的公式的用例；请不要给出文件",
        )
    text = json.dumps(vectors(options.seed, options.formula), ensure_ascii=False, indent=1)
    with replacing(options.export) as file:
        file.write(text.encode())
    print(either(f"The cases are in {options.export}", f"用例已写入 {options.export}"))


def _against(options):
    """The functions of a library; returns 1 if one is wrong."""
    from minprune.arguments import json_text
    from minprune.checks.against import WRONG, results, stored_results
    from minprune.report.against_page import against_page

    if options.against is None:
        raise in_both(
            ValueError("--stored needs --against LIBRARY"), "--stored 须与 --against LIBRARY 同用"
        )
    if options.file is not None or options.map or options.export is not None:
        raise in_both(
            ValueError("--against tests a library; leave out the file, --map and --export"),
            "--against 检验的是库；请不要给出文件、--map 或 --export",
        )
    if options.stored:
        found = stored_results(options.against, options.formula)
    else:
        found = results(options.against, options.seed, options.formula)
    if options.json:
        print(json_text(found, indent=1))
    else:
        print(against_page(found))
    wrong = any(row["status"] == WRONG for row in found["results"])
    return 1 if wrong and not options.stored else 0


def notebook(options):
    """A lesson as a notebook."""
    import json

    from minprune.lesson_pages import notebook as made
    from minprune.lessons import lesson_file

    lesson = lesson_file(options.number)
    target = options.out or f"{lesson.stem}.ipynb"
    if Path(target).is_file():  # which may hold a reader's own work
        raise in_both(FileExistsError(f"{target}: already exists; nothing was changed"),
                      f"{target}：已经存在；没有改动任何文件")  # fmt: skip
    text = json.dumps(made(lesson, language()), ensure_ascii=False, indent=1)
    with replacing(target) as file:
        file.write(text.encode())
    print(either(f"The notebook is {target}", f"笔记本已写入 {target}"))


def _mapping(pairs):
    """{"theirs": "ours"} from ["theirs=ours"]."""
    mapping = {}
    for pair in pairs:
        theirs, _, ours = pair.partition("=")
        if not theirs or not ours:
            raise in_both(ValueError(f"--map must be NAME=FORMULA, got {pair!r}"),
                          f"--map 的形式是 NAME=FORMULA，得到 {pair!r}")  # fmt: skip
        if theirs in mapping:
            raise in_both(
                ValueError(f"--map must name {theirs} once, got {mapping[theirs]} and {ours}"),
                f"--map 中 {theirs} 只能出现一次，得到 {mapping[theirs]} 和 {ours}",
            )
        mapping[theirs] = ours
    return mapping


COMMANDS = {
    "lessons": lessons,
    "notebook": notebook,
    "exercises": run_exercises,
    "verify": verify,
    "run": run,
    "bench": bench,
    "formulas": formulas,
    "worked": worked,
}


def _parser():
    parser = Parser("minprune", usage="minprune [-h] [--version] command ...", what=DESCRIPTION)
    version = f"minprune {minprune.__version__}"
    parser.add_argument("--version", action="version", version=version, help=either(
        "show program's version number and exit", "显示版本号"
    ))  # fmt: skip
    commands = parser.add_subparsers(dest="command", required=True, metavar="command",
                                     prog="minprune", help=SUPPRESS)  # fmt: skip
    _add_formulas(commands)
    _add_verify(commands)
    add_exercises(commands)
    _add_lessons(commands)
    _add_bench(commands)
    _add_run(commands)
    return parser


def _add_formulas(commands):
    page = commands.add_parser("formulas", what=(
        "find a formula, its check, lessons and exercise", "查找一个公式，连同它的检查、课和练习"
    ))  # fmt: skip
    page.add_argument("query", nargs="*", metavar="WORD", help=either(
        "a name, an item or any word: rank_mask, A-4.2, LeCun",
        "名称、条目或任何词：rank_mask、A-4.2、LeCun、阈值",
    ))  # fmt: skip
    page.add_argument("--all", action="store_true", help=either(
        "print lists to their end; without words, all items", "列表输出到底；不给词则列出全部条目"
    ))  # fmt: skip
    page = commands.add_parser("worked", what=(
        "print the worked examples step by step: right values and printed values",
        "一步一步给出算例：正确的值与原文给出的值",
    ))  # fmt: skip
    page.add_argument("id", nargs="?", metavar="ID", help=either(
        "item, such as A-4.4 (default: all)", "条目，如 A-4.4（默认全部）"
    ))  # fmt: skip


def _add_run(commands):
    what = "train, prune, fine-tune, report", "训练、剪枝、微调，写出报告"
    job = commands.add_parser("run", what=what).add_subparsers(
        dest="network", required=True, metavar="mlp|cnn"
    )
    for name, (kind, folder, what) in NETWORKS.items():
        page = job.add_parser(name, help=either(*what), what=what,
                              formatter_class=DefaultsFormatter)  # fmt: skip
        for field in fields(kind):
            placeholder, choice = CHOICES[field.name]
            choice, default = either(*choice), field.default
            if least := LEAST_STEPS.get(field.name):
                choice += either(f" (default: {default}, or more, for at least {least} steps)",
                                 f"（默认 {default}；样本少时更多，至少 {least} 步）")  # fmt: skip
                default = SUPPRESS
            page.add_argument("--" + field.name.replace("_", "-"), type=field.type,
                              metavar=placeholder, default=default, help=choice)  # fmt: skip
        page.add_argument("--data", metavar="PATH", default=SUPPRESS, help=either(
            "folder of IDX files, .npz file or CSV file to read instead of MNIST",
            "用来代替 MNIST 的数据：IDX 文件夹、.npz 文件或 CSV 文件",
        ))  # fmt: skip
        page.add_argument("--label", metavar="COLUMN", default=SUPPRESS, help=either(
            "label column of a CSV file, by name or number (default: a column named label, class, "
            "target, species or y, else the last)",
            "CSV 文件的标签列，用列名或列号（默认是名为 label、class、target、species 或 y 的列，"
            "没有则取最后一列）",
        ))  # fmt: skip
        page.add_argument("--out", metavar="DIR", default=folder,
                          help=either("folder to write to", "写入的文件夹"))  # fmt: skip


def _add_verify(commands):
    page = commands.add_parser("verify", what=(
        "test every formula, the functions of your file, or a library",
        "检验全部公式、你的文件中的函数，或某个库",
    ))  # fmt: skip
    page.add_argument("file", nargs="?", metavar="FILE.py", help=either(
        "your file; functions are matched to formulas by name",
        "你的文件；函数按名称与公式对应",
    ))  # fmt: skip
    page.add_argument("--map", action="append", default=[], metavar="NAME=FORMULA", help=either(
        "check function NAME as this formula; may be repeated",
        "把函数 NAME 当作这个公式检验；可重复使用",
    ))  # fmt: skip
    page.add_argument("--formula", action="append", default=[], metavar="FORMULA", help=either(
        "check only this formula; may be repeated", "只检验这个公式；可重复使用"
    ))  # fmt: skip
    page.add_argument("--seed", type=int, default=0, metavar="N", help=either(
        "seed of the random cases (default: 0)", "随机用例的种子（默认 0）"
    ))  # fmt: skip
    page.add_argument("--seconds", type=float, default=20.0, metavar="N", help=either(
        "time limit for all calls of one function (default: 20)",
        "一个函数全部调用的时限，秒（默认 20）",
    ))  # fmt: skip
    page.add_argument("--json", action="store_true", help=either(
        "print the results as JSON", "以 JSON 输出结果"
    ))  # fmt: skip
    page.add_argument("--export", metavar="FILE.json", help=either(
        "write the cases as JSON, for functions in any language",
        "把用例写成 JSON，供任何编程语言的函数使用",
    ))  # fmt: skip
    libraries = ("numpy", "torch", "scikit-learn", "scipy", "statsmodels", "torch-pruning", "optax",
                 "PyWavelets")  # fmt: skip
    page.add_argument("--against", metavar="LIBRARY", help=either(
        f"test the functions of an installed library: {', '.join(libraries)} or jaxpruner",
        f"检验一个已安装的库的函数：{'、'.join(libraries)} 或 jaxpruner",
    ))  # fmt: skip
    page.add_argument("--stored", action="store_true", help=either(
        "with --against: show the results that come with minprune",
        "与 --against 同用：显示 minprune 自带的结果",
    ))  # fmt: skip


def _add_lessons(commands):
    number = either("lesson number, such as 03", "课号，如 03")
    page = commands.add_parser("lessons", what=(
        "list the lessons, or the functions and exercises of one",
        "列出各课，或某一课的函数和练习",
    ))  # fmt: skip
    page.add_argument("number", nargs="?", metavar="NN", help=number)
    page = commands.add_parser("notebook", what=(
        "write a lesson as a Jupyter notebook", "把一课写成 Jupyter 笔记本"
    ))  # fmt: skip
    page.add_argument("number", metavar="NN", help=number)
    page.add_argument("--out", metavar="FILE", help=either(
        "output file (default: the lesson's name, in this folder)",
        "写入的文件（默认用课名，放在当前文件夹）",
    ))  # fmt: skip


def _add_bench(commands):
    page = commands.add_parser("bench", what=(
        "time the sparse engine and every installed library", "给稀疏引擎和每个已安装的库计时"
    ))  # fmt: skip
    for name, (kind, placeholder, several, what) in BENCH_CHOICES.items():
        default = getattr(BenchSettings(), name)
        values = " ".join(map(str, default)) if several else default
        page.add_argument(
            f"--{name}",
            type=kind,
            nargs="*" if several else None,
            metavar=placeholder,
            default=SUPPRESS,
            help=either(*what) + either(f" (default: {values})", f"（默认 {values}）"),
        )
    page.add_argument("--python", dest="pythons", action="append", metavar="PATH",
                      default=SUPPRESS, help=either(
        "another Python interpreter whose libraries are timed too; may be repeated",
        "另一个 Python 解释器，其中的库也一起计时；可重复使用",
    ))  # fmt: skip
    page.add_argument("--trained", action="append", metavar="FILE", default=SUPPRESS, help=either(
        "a pruned network, saved by minprune, that is timed besides; may be repeated",
        "另外计时的一个剪枝后的网络，由 minprune 保存；可重复使用",
    ))  # fmt: skip
    page.add_argument("--quick", action="store_true", help=either(
        "a smaller benchmark, two to five minutes", "较小的基准测试，两到五分钟"
    ))  # fmt: skip
    page.add_argument("--out", metavar="DIR", default="minprune-bench", help=either(
        "folder to write to (default: minprune-bench)", "写入的文件夹（默认 minprune-bench）"
    ))  # fmt: skip
