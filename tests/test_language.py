"""A sentence that a user can meet is there in English and in Chinese."""

import argparse
import ast
import inspect
import re
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from minprune import course
from minprune.checks import sandbox
from minprune.checks.verdict import PASSED
from minprune.cli import COMMANDS, NETWORKS, main
from minprune.exercises.attempt import MISSING
from minprune.exercises.grade import Grade, Grades, Student, chosen
from minprune.language import either, in_both, message, of_environment, using
from minprune.layout import columns
from minprune.parser import CHINESE, Parser
from minprune.report.exercises_page import grades_text
from minprune.report.submission_page import release_body

PACKAGE = Path(__file__).parents[1] / "minprune"
SPEAKS = [  # the files whose texts commands print
    *(PACKAGE / f"{name}.py" for name in ("cli", "course", "parser")),
    *(path for folder in ("bench", "exercises", "experiments", "report")
      for path in sorted((PACKAGE / folder).glob("*.py")) if "figures" not in path.name),
]  # fmt: skip
HAN = re.compile("[\u4e00-\u9fff]")
WORDS = re.compile(r"(?<![\w./<{`-])[A-Za-z][a-z']+(?: [a-z][a-z']+){2,}(?![\w.=/(-])")  # three
PROGRAM = re.compile(r"(?s).*(?:\bimport \w|#!/).*|-m minprune [a-z ]+")
PAGES = [
    [], *([name] for name in COMMANDS), *(["run", name] for name in NETWORKS),
    *(["exercises", name] for name in course.ACTS),
    *(["exercises", "export", name] for name in course.EXPORTS),
]  # fmt: skip


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "C", "LC_MESSAGES": "zh_CN"}, "zh"),
        ({"LANG": "zh_CN", "LC_ALL": ""}, "zh"),
        ({"LC_ALL": "zh_CN.UTF-8", "MINPRUNE_LANG": "en"}, "en"),
        ({"LANG": "de_DE.UTF-8", "MINPRUNE_LANG": "zh"}, "zh"),
    ],
)
def test_the_language_of_an_environment(environment, found):
    assert of_environment(environment) == found


@pytest.mark.parametrize(
    ("name", "found"), [("Chinese (Simplified)_China", "zh"), ("zh_CN", "zh"), ("en_US", "en")]
)
def test_on_windows_no_variable_names_the_locale(name, found, monkeypatch):
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setattr("locale.getlocale", lambda: (name, "936"))
    assert of_environment({}) == found
    assert of_environment({"LANG": "de_DE"}) == "en"


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "zh"), ("gbk", "zh"), (None, "zh"), ("ascii", "en"), ("big5", "en")],
)
def test_the_locale_chooses_no_chinese_where_it_cannot_be_printed(encoding, found, monkeypatch):
    monkeypatch.setattr("sys.stdout", SimpleNamespace(encoding=encoding))
    assert of_environment({"LANG": "zh_CN"}) == found
    assert of_environment({"LANG": "zh_CN", "MINPRUNE_LANG": "zh"}) == "zh"


def test_another_language_is_refused_in_both():
    with pytest.raises(ValueError, match="MINPRUNE_LANG must be en or zh, got 'fr'") as refused:
        of_environment({"MINPRUNE_LANG": "fr"})
    assert refused.value.zh == "MINPRUNE_LANG 只能是 en 或 zh，得到 'fr'"
    with pytest.raises(ValueError, match="language must be en or zh"), using("fr"):
        pass
    assert either("en", "zh") == "en"


def test_a_block_in_another_language_ends_also_by_an_error():
    with pytest.raises(KeyError), using("zh"):
        assert either("en", "zh") == "zh"
        raise KeyError
    assert either("en", "zh") == "en"


def test_an_error_is_english_as_text_and_either_as_message():
    error = in_both(ValueError("too few"), "太少")
    assert str(error) == "too few" == message(error)
    with using("zh"):
        assert (message(error), message(ValueError("too many"))) == ("太少", "too many")


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("written", [["--lang", "zh"], ["--lang=zh"]])
def test_lang_may_stand_anywhere(capsys, before, written):
    arguments = ["worked", "nothing"]
    assert main([*written, *arguments] if before else [*arguments, *written]) == 2
    assert capsys.readouterr().err.startswith("minprune：")
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith("minprune: ")


def test_the_environment_chooses_and_lang_chooses_over_it(capsys, monkeypatch):
    monkeypatch.setenv("MINPRUNE_LANG", "zh")
    assert main(["worked", "nothing"]) == 2
    assert capsys.readouterr().err.startswith("minprune：")
    assert main(["worked", "nothing", "--lang", "en"]) == 2
    assert capsys.readouterr().err.startswith("minprune: ")
    monkeypatch.setenv("MINPRUNE_LANG", "fr")
    assert main(["worked"]) == 2
    assert capsys.readouterr().err == "minprune: MINPRUNE_LANG must be en or zh, got 'fr'\n"


@pytest.mark.parametrize("named", ["", "fr", "en"])
def test_what_is_wrong_with_lang_is_said_in_the_language_of_the_environment(
    capsys, monkeypatch, named
):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setenv("MINPRUNE_LANG", named)
    for arguments in (["--lang"], ["--lang", "fr"], *([[]] if named == "fr" else [])):
        with suppress(SystemExit):  # argparse's
            assert main(["worked", "nothing", *arguments]) == 2
        said = capsys.readouterr().err
        assert bool(HAN.search(said)) == (named != "en")
    assert main(["worked", "nothing", "--lang", "zh"]) == 2


def test_argparse_of_python_3_10_leaves_the_name_of_an_argument_in_english(capsys):
    for name, said in (("en", "argument --seed: no"), ("zh", "参数 --seed：no")):
        with using(name), pytest.raises(SystemExit):
            Parser("minprune").error("argument --seed: no")
        assert capsys.readouterr().err.endswith(said + "\n")


REFUSED = [  # arguments, what stands in the sentence
    (["worked", "nothing"], "没有算例 'nothing'；现有 A-4.4、"),
    (["bench", "--networks", "x"], "'plain'、'vgg16/4' 或形如"),
    (["verify", "--against", "x"], "--against 只能是 numpy、"),
    (["verify", "empty.py"], "文件中没有任何定义；"),
    (["verify", "ends.py"], "退出状态 3"),
    (["verify", "killed.py"], "信号 SIGKILL"),
    (["verify", "raises.py"], "函数抛出 ValueError: no（第 2 行）。\n    调用"),
    (["verify", "fails.py"], "文件无法运行：ValueError: no（第 2 行）。"),
    (["exercises", "grade", "folder"], "文件夹是空的"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "part"), REFUSED, ids=lambda v: " ".join(v)[:30])
def test_sentences_that_a_chinese_user_meets(arguments, part, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    function = "def magnitude(w):\n"
    Path("empty.py").write_text("")
    Path("ends.py").write_text(f"{function}    import os; os._exit(3)\n")
    Path("killed.py").write_text(f"{function}    import os; os.kill(os.getpid(), 9)\n")
    Path("raises.py").write_text(f"{function}    raise ValueError('no')\n")
    Path("fails.py").write_text("def magnitude(w): return w\nraise ValueError('no')\n")
    assert main([*arguments, "--lang", "zh"]) in (1, 2)
    found = "".join(capsys.readouterr())
    assert part in found and "(line" not in found and "异常" not in found


def test_an_error_of_the_library_comes_behind_a_sentence_in_chinese(capsys):
    assert main(["run", "mlp", "--data", "nowhere", "--lang", "zh"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("minprune：无法执行，原因是：") and "nowhere" in said


def test_a_folder_of_exercises_speaks_its_language_unless_another_is_asked_for(tmp_path, capsys):
    folder = str(tmp_path / "mine")
    assert main(["exercises", "start", folder, "--lang", "zh"]) == 0
    for more, said in (([], "未开始"), (["--lang", "en"], "not started")):
        capsys.readouterr()
        main(["exercises", "list", "--dir", folder, *more])
        assert said in capsys.readouterr().out
    assert main(["exercises", "hint", "9.9", "--dir", folder]) == 2
    assert "没有练习 '9.9'" in capsys.readouterr().err
    for more in ([], ["--lang", "en"]):
        assert main(["exercises", "hint", "1.1", "--dir", folder, *more]) == 0
        assert bool(HAN.search(capsys.readouterr().out)) == (not more)
    main(["exercises", "list", "--dir", folder])
    assert "未开始，提示 2 条\n" in capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES, ids=" ".join)
def test_help_is_chinese_and_fits(page, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    pages = {}
    for lang in ("en", "zh"):
        with pytest.raises(SystemExit) as left:
            main([*page, "--help", "--lang", lang])
        assert left.value.code == 0
        pages[lang] = capsys.readouterr().out
        assert all(columns(line) <= 80 for line in pages[lang].splitlines())
        first, *others = pages[lang].split("\n\n")[0].splitlines()
        margin = " " * columns(first.partition("[")[0])
        assert all(re.match(margin + r"\S", line) for line in others)
    for command in re.findall(r"\n  ([a-z]+)(?= |$)", pages["en"]):
        assert f"\n  {command}" in pages["zh"]
    en, zh = ({*re.findall(r"--[a-z0-9-]+", pages[lang])} for lang in ("en", "zh"))
    assert en == zh and "--lang" in zh
    assert not HAN.search(pages["en"]) and not re.search(f"{HAN.pattern}:", pages["zh"])
    names = r"minprune [a-z0-9 ]+|默认 [^）]+|、?numpy、.*"
    assert WORDS.findall(re.sub(names, "", pages["zh"])) == []


@pytest.mark.parametrize("version", [0, 7])
def test_what_is_said_without_a_sandbox(version, monkeypatch):
    monkeypatch.setattr(sandbox, "landlock", lambda: version)
    en, zh = sandbox.wall("none").said
    assert ("without Landlock" in en) == (version == 0)
    rest = " Landlock 7 和资源限制的约束" if version else "资源限制的约束（没有 Landlock）"
    assert f"函数只受{rest}；" in zh


def test_the_title_of_an_exercise_in_a_release():
    task = chosen(1)[0]
    with using("zh"):
        body = release_body(Student("", {task.id: Grade(task, PASSED, 5, None)}, None))
    assert "### 1.1 什么是稀疏度？：5 / 5\n" in body


def test_tables_with_chinese_names_are_aligned(tmp_path, capsys):
    tasks = chosen(1)
    grades = {task.id: Grade(task, MISSING, 0, None) for task in tasks}
    students = [Student(name, grades, []) for name in ("张三", "ada", "an einem langen Namen")]
    with using("zh"):
        head, *lines = grades_text(Grades(tasks, students, [], 1)).splitlines()[:4]
    assert {*map(columns, lines)} == {columns(head)}
    file = tmp_path / "a.py"
    file.write_text("def magnitude(w):\n    return abs(w)\n\n\n函数 = magnitude\n", "utf-8")
    main(["verify", str(file), "--map", "函数=magnitude", "--lang", "zh"])
    first, second, _ = capsys.readouterr().out.splitlines()
    assert {first.split()[0], second.split()[0]} == {"magnitude", "函数（作为"}
    assert columns(first.partition("正确")[0]) == columns(second.partition("正确")[0])


def test_what_argparse_says_to_users_is_translated():
    """Of its words only those for programmers are not, such as "%r is not callable"."""
    programmers = re.compile(
        r"callable|positionals|defined|mode|subparser|merge|conflict|dest=|invalid option string|"
        r"mutually|unexpected|deprecated|warning|can't open|subcommands|default"
    )
    spoken = set()
    for node in ast.walk(ast.parse(inspect.getsource(argparse))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "ngettext"):
            spoken |= {part.value for part in node.args if isinstance(part, ast.Constant)}
    assert {text for text in spoken if not programmers.search(text)} <= {*CHINESE}
    for en, zh in CHINESE.items():
        en, zh = (sorted(re.findall(r"%(?:\(\w+\))?[rs]", text)) for text in (en, zh))
        assert en == zh


# --- the sources ----------------------------------------------------------------------------------


TWO_WORDS = re.compile(r"(?<![\w./<{`-])[A-Za-z][A-Za-z']+(?: [A-Za-z][A-Za-z']+)+(?![\w.=/(-])")
NAMES = {  # and keys; those of networks and libraries are shown by `shown_name`
    "SciPy CSR", "PyTorch CSR", "MKL CSR", "ONNX Runtime", "minprune dense", "sparse engine",
    " % of weights", " % of units", ", at random", " random mask, fine-tuned",
    " pruned, mask dropped",
    "minprune exercises", "exercises solution", "python tutorials", "not judged", "not started",
    "model name", "1,000, also shifted", " hidden units", "just pruned",
}  # fmt: skip


def alone(path):
    """The sentences of a file that have no Chinese beside them, each with its line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        text = str(node.value) if isinstance(node, ast.Constant) else ""
        text = PROGRAM.sub("", text.replace(" % of the rest", ""))  # a name, see `shown_name`
        if TWO_WORDS.search(text) and text not in NAMES and not is_spared(node, above, path):
            yield f"{path.name}:{node.lineno}", text


def is_spared(node, above, path):
    """True for a docstring, for an error of the library, and if Chinese stands beside: in a call, a
    pair, a dictionary, in an assignment or in the one that follows it."""
    start = node
    while not isinstance(node, ast.stmt):
        node = above[node]
        if isinstance(node, (ast.Call, ast.Tuple, ast.Dict, ast.List)) and is_chinese(node):
            return True
    if isinstance(node, ast.Raise):
        return path.parent.name in ("bench", "exercises", "experiments")
    if isinstance(node, ast.Expr):
        return node.value is start
    bodies = [part for part in vars(above[node]).values() if isinstance(part, list)]
    near = [part[part.index(node) :][:2] for part in bodies if node in part]
    return isinstance(node, (ast.Assign, ast.AugAssign)) and any(map(is_chinese, *near))


def is_chinese(node):
    return any(isinstance(part, ast.Constant) and HAN.search(str(part.value))
               for part in ast.walk(node))  # fmt: skip


def test_the_search_for_sentences_finds_one(tmp_path):
    file = tmp_path / "a.py"
    file.write_text('"""A text."""\nprint("alone here")\n'
                    'print(either("this is not alone", "并非如此"))\n'
                    'en = f"this is not {1}"\nzh = "并非如此"\n'
                    'said = {"a": "and this is alone"}\n')  # fmt: skip
    assert [*alone(file)] == [("a.py:2", "alone here"), ("a.py:6", "and this is alone")]


@pytest.mark.parametrize("path", SPEAKS, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_no_sentence_of_a_command_is_in_one_language_only(path):
    assert [*alone(path)] == []


def pairs(path):
    """(place, English, Chinese, whether it is a call) of each pair of texts in a file, as two
    arguments, a tuple or a dictionary."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        pair, call = getattr(node, "elts", ()), isinstance(node, ast.Call)
        if call and getattr(node.func, "id", "") in ("either", "in_both"):
            pair = node.args
        elif isinstance(node, ast.Dict) and [*map(words, node.keys)] == ["en", "zh"]:
            pair = node.values
        elif not all(isinstance(part, (ast.Constant, ast.JoinedStr)) for part in pair):
            continue
        if len(pair) == 2:
            yield f"{path.name}:{node.lineno}", *map(words, pair), call


def words(node):
    parts = ast.walk(node) if node else ()  # a dictionary that is unpacked has no key
    return " ".join(str(part.value) for part in parts if isinstance(part, ast.Constant))


def test_english_stands_before_chinese():
    found = [pair for path in sorted(PACKAGE.rglob("*.py")) for pair in pairs(path)]
    swapped = [place for place, en, zh, _ in found if HAN.search(en) and not HAN.search(zh)]
    twice = [place for place, _, zh, call in found
             if call and re.search("[A-Za-z]{3}", zh) and not HAN.search(zh)]  # fmt: skip
    names = "lesson_pages.py", "cli.py", "course.py", "worked.py"  # "English", "minprune", "theta"
    assert [place.partition(":")[0] for place in (*swapped, *twice)] == [*names] and len(
        found
    ) > 2000
