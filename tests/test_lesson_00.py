"""The program of lesson 00: the numbers of the library, NumPy alone, 200 lines, its pages."""

import ast
import contextlib
import importlib.util
import io
import re
import tokenize
from pathlib import Path

import numpy as np
import pytest

import minprune as mp
from minprune.lesson_pages import (
    differs,
    navigation,
    notebook,
    page_of_program,
    text_of_program,
)
from minprune.lessons import CHINESE, lesson_file, lessons, page_file, read_lesson
from minprune.sparse.csr import csr_from_dense

FILE = Path(__file__).parents[1] / "tutorials" / "00_pruning_in_200_lines.py"
SAMPLES, EPOCHS = 3_000, 2
TOLERANCE = 1e-6  # of weights of about 0.1: the library cuts off moments below 1e-27


@pytest.fixture(scope="module")
def program():
    """The file as a module."""
    code = importlib.util.spec_from_file_location("lesson_00", FILE)
    module = importlib.util.module_from_spec(code)
    code.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def data(program):
    """A few images for training, and all of the test."""
    x, y, x_test, y_test = program.load_mnist()
    return x[:SAMPLES], y[:SAMPLES], x_test, y_test


@pytest.fixture(scope="module")
def dense(program, data):
    """The trained network of the program, that of the library, and the losses of both."""
    ours, theirs = np.random.default_rng(0), np.random.default_rng(0)
    network, library = program.mlp(ours), mp.mlp([784, 64, 10], theirs)
    x, y, *_ = data
    losses = program.fit(network, all_kept(network), x, y, EPOCHS, ours)
    history = mp.fit(library, x, y, epochs=EPOCHS, rng=theirs)
    assert ours.random() == theirs.random()
    return network, library, losses, [epoch.loss for epoch in history]


@pytest.fixture
def pruned(program, dense):
    """Both networks, pruned, and the masks of both for [W1, b1, W2, b2] and [W1, W2]."""
    network, library = [w.copy() for w in dense[0]], dense[1].copy()
    masks = program.prune_by_score(network, np.abs, program.SPARSITY)
    return network, library, masks, mp.prune_by_magnitude(library, program.SPARSITY)


def all_kept(network):
    return [np.ones(w.shape, bool) for w in network]


def assert_same(network, library):
    for w, parameter in zip(network, library.parameters.values(), strict=True):
        assert w.dtype == parameter.value.dtype == np.float32
        np.testing.assert_allclose(w, parameter.value, rtol=0, atol=TOLERANCE)


def test_the_data_are_those_of_the_library(program):
    x, y, x_test, y_test = program.load_mnist()
    mnist = mp.load_mnist()
    for ours, theirs in ((x, mnist.train.flat), (y, mnist.train.labels),
                         (x_test, mnist.test.flat), (y_test, mnist.test.labels)):  # fmt: skip
        np.testing.assert_array_equal(ours, theirs, strict=ours.ndim == 2)


def test_the_data_are_found_in_an_installed_package(program, tmp_path, monkeypatch):
    (tmp_path / "tutorials").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mnist.npz").symlink_to(program.FILES[0])
    (tmp_path / "tutorials" / FILE.name).write_text(FILE.read_text())
    names = {"__file__": str(tmp_path / "tutorials" / FILE.name), "__name__": "lesson_00"}
    exec(compile(FILE.read_text(), FILE.name, "exec"), names)
    assert [file.exists() for file in names["FILES"]] == [False, True]
    assert names["load_mnist"]()[2].shape == (10_000, 784)


def test_the_first_weights_are_those_of_the_library(program):
    for w, parameter in zip(program.mlp(np.random.default_rng(7)),
                            mp.mlp([784, 64, 10], 7).parameters.values(), strict=True):  # fmt: skip
        np.testing.assert_array_equal(w, parameter.value, strict=True)


def test_loss_and_gradients_are_those_of_the_library(program, data):
    x, y = data[0][:100], data[1][:100]
    network, library = program.mlp(np.random.default_rng(0)), mp.mlp([784, 64, 10])
    h, z = program.forward(network, x)
    loss, dz = program.softmax_cross_entropy(z, y)
    their_loss, their_dz = mp.softmax_cross_entropy(library.forward(x, training=True), y)
    library.backward(their_dz)
    assert loss == pytest.approx(their_loss, abs=1e-6)
    np.testing.assert_allclose(dz, their_dz, atol=1e-8)
    gradients = program.backward(network, x, h, dz)
    for gradient, parameter in zip(gradients, library.parameters.values(), strict=True):
        assert gradient.shape == parameter.grad.shape
        np.testing.assert_allclose(gradient, parameter.grad, atol=1e-7)


def test_training_gives_the_weights_of_the_library(dense):
    network, library, losses, their_losses = dense
    assert_same(network, library)
    assert losses == pytest.approx(their_losses, abs=1e-5) and losses[1] < losses[0] < 2.3


def test_the_masks_are_those_of_the_library(pruned):
    network, library, (mask1, bias1, mask2, bias2), masks = pruned
    for ours, theirs in zip((mask1, mask2), masks, strict=True):
        np.testing.assert_array_equal(ours, theirs, strict=True)
    assert bias1.all() and bias2.all()
    assert mask1.sum() + mask2.sum() == 50_816 - round(0.9 * 50_816)
    assert_same(network, library)


def test_masks_of_equal_scores_and_of_half_a_weight_are_those_of_the_library(program):
    rng = np.random.default_rng(0)
    scores = [rng.integers(0, 3, (20, 15)).astype(float), rng.integers(0, 3, 201).astype(float)]
    for sparsity in (0, 0.25, 0.3, 0.5, 0.9):  # 250.5 of 501 are 250
        ours = program.global_rank_masks(scores, sparsity)
        for mask, theirs in zip(ours, mp.global_rank_masks(scores, sparsity), strict=True):
            np.testing.assert_array_equal(mask, theirs, strict=True)


def test_fine_tuning_gives_the_weights_of_the_library_and_the_mask_holds(program, data, pruned):
    network, library, masks, _ = pruned
    before = network[0].copy()
    x, y, *_ = data
    program.fit(network, masks, x, y, EPOCHS, np.random.default_rng(1))
    mp.fit(library, x, y, epochs=EPOCHS, rng=1)
    assert_same(network, library)
    for w, mask in zip(network, masks, strict=True):
        assert not w[~mask].any()
    assert not np.array_equal(network[0], before)


def test_csr_is_that_of_the_library(program, data, pruned):
    network, library, *_ = pruned
    for W in (network[0], network[2]):
        csr = csr_from_dense(W)
        for ours, theirs in zip(program.csr_from_dense(W), csr[:3], strict=True):
            np.testing.assert_array_equal(ours, theirs, strict=True)
    x = data[2][:200]
    z = program.sparse_forward(network, x)
    np.testing.assert_allclose(z, program.forward(network, x)[1], atol=1e-5)
    np.testing.assert_allclose(z, library(x), atol=1e-5)


def test_units_without_a_weight_and_inputs_that_nobody_reads(program):
    W = np.array([[0, 5, 0, 0], [0, 0, 0, 0], [0, -7, 0, 8]], np.float32)
    csr = program.csr_from_dense(W)
    for ours, expected in zip(csr, ([5, -7, 8], [0, 2, 2], [0, 0, 2, 2, 3]), strict=True):
        np.testing.assert_array_equal(ours, expected)
    x = np.array([[1, 2, 3], [4, 5, 6]], np.float32)
    np.testing.assert_array_equal(program.csr_product(x, csr), x @ W, strict=True)


def test_what_it_prints_is_what_the_library_gives(program, data, capsys):
    """The whole program, on few samples, against the same steps with the library."""
    program.main(SAMPLES, EPOCHS, EPOCHS)
    printed = capsys.readouterr().out
    x, y, x_test, y_test = data
    rng = np.random.default_rng(0)
    dense = mp.mlp([784, 64, 10], rng)
    history = mp.fit(dense, x, y, epochs=EPOCHS, rng=rng)
    longer, pruned, control = dense.copy(), dense.copy(), dense.copy()
    mp.prune_by_magnitude(pruned, 0.9)
    mp.prune_at_random(control, 0.9, rng)
    networks = [("dense", dense), ("pruned only", pruned.copy())]
    for name, network in (("dense", longer), ("pruned", pruned), ("random mask", control)):
        mp.fit(network, x, y, epochs=EPOCHS, rng=1)
        networks.append((f"{name}, fine-tuned", network))
    lines = printed.splitlines()
    losses = [float(loss) for loss in lines[0].split()[-EPOCHS:]]
    assert losses == pytest.approx([epoch.loss for epoch in history], abs=1e-3)
    for line, (name, network) in zip(lines[3:8], networks, strict=True):
        accuracy = mp.evaluate(network, x_test, y_test).accuracy
        nonzeros = sum(np.count_nonzero(w.value) for w in network.weights.values())
        csr_bytes = mp.SparseEngine(network).compressed_bytes
        assert line.split(maxsplit=4) == [f"{accuracy:.2%}", f"{nonzeros:,}", "203,560",
                                          f"{csr_bytes:,}", name]  # fmt: skip
    assert lines[-1].endswith(": True") and len(lines) == 10


def test_it_needs_numpy_alone_and_has_200_lines():
    text = FILE.read_text(encoding="utf-8")
    imports = [ast.unparse(node) for node in ast.walk(ast.parse(text))
               if isinstance(node, (ast.Import, ast.ImportFrom))]  # fmt: skip
    assert imports == ["from pathlib import Path", "import numpy as np"]
    lines = text.splitlines()
    assert len(lines) <= 200 and max(map(len, lines)) <= 100
    assert "__import__" not in text and "importlib" not in text


# --- the pages -----------------------------------------------------------------------------------

SOURCE = FILE.read_text(encoding="utf-8")
NETWORKS = ("dense", "pruned only", *(f"{n}, fine-tuned" for n in ("dense", "pruned", "random")))
# numbers of the prose that neither the program nor its output holds
COMPUTED = {f"{n:,}" for n in (60_000, 10_000, 60_000 - 55_000, round(0.9 * 50_816))}
COMPUTED |= {f"{0.9:.0%}", "0.95", "0.98"}  # and what a reader may set


def page(language):
    return page_file(FILE, language).read_text(encoding="utf-8")


def blocks(kind, text):
    return re.findall(f"^```{kind}\n(.*?)\n```$", text, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_code_of_a_page_is_the_file(language):
    text = text_of_program(FILE, language)
    assert "\n\n\n".join(blocks("python", page(language))) + "\n" == text
    assert (text == SOURCE) == (language == "en")


def test_the_code_of_the_chinese_page_is_chinese():
    (output,) = blocks("text", page("zh"))
    code = "\n".join(blocks("python", page("zh")))
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    said = [token.string for token in tokens if token.string.startswith(("#", '"""'))]
    for line in "\n".join([*said, output]).splitlines():
        assert not re.search("[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}", line), line
    assert {*re.findall("[A-Za-z]+", output)} == {"CSR", "logits", "True"}


def test_both_pages_show_the_same_output():
    (english,), (chinese,) = (blocks("text", page(language)) for language in ("en", "zh"))
    numbers = [re.findall(r"\d[\d.,]*%?", output) for output in (english, chinese)]
    assert numbers[0] == numbers[1] and len(english.splitlines()) == 10


@pytest.mark.slow
def test_the_output_of_the_pages_is_that_of_the_program():
    for language in ("en", "zh"):
        code, printed = text_of_program(FILE, language), io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, FILE, "exec"), {"__name__": "__main__", "__file__": str(FILE)})
        made = page_of_program(page(language), code, printed.getvalue())
        assert not differs(page(language), made)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_numbers_of_the_prose_are_those_of_the_output(language):
    text = page(language)
    prose = re.sub("^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    (output,) = blocks("text", text)
    rows = [line.split(maxsplit=4)[:4] for line in output.splitlines()[3:8]]
    table = dict(zip(NETWORKS, rows, strict=True))
    said = {*re.findall(r"\d+\.\d+%?|\d+%|\d+,\d{3}", prose)}
    assert {accuracy for accuracy, *_ in table.values()} <= said
    tuned, dense = (float(table[f"{n}, fine-tuned"][0][:-1]) for n in ("pruned", "dense"))
    cost = f"{dense - tuned:.2f}"
    known = {*re.findall(r"[\d.,]+%?", f"{output} {SOURCE}".replace("_", ","))}
    assert cost in said and said <= known | COMPUTED | {cost}
    sizes = {name: [int(n.replace(",", "")) for n in row[1:]] for name, row in table.items()}
    nonzeros, dense_bytes, csr_bytes = sizes["pruned, fine-tuned"]
    assert (
        csr_bytes == 4 * (2 * nonzeros + 65 + 11 + 74) == pytest.approx(dense_bytes / 5, rel=0.02)
    )
    assert sizes["dense"][2] == pytest.approx(2 * dense_bytes, rel=0.001)
    assert sizes["dense"][0] == 784 * 64 + 64 * 10 == 50_816 and f"{50_816:,}" in said


def test_words_of_a_program_are_all_used(tmp_path):
    program, words = tmp_path / "00_small.py", tmp_path / "00_words.txt"
    program.write_text("x = 1  # one\n")
    assert text_of_program(program, "zh") == "x = 1  # one\n"
    words.write_text("# one | 一", encoding="utf-8")
    assert text_of_program(program, "zh") == "x = 1  # 一\n" != text_of_program(program, "en")
    words.write_text("# one | 一\n# two | 二", encoding="utf-8")
    with pytest.raises(ValueError, match="names 'two', which occurs nowhere"):
        text_of_program(program, "zh")


@pytest.mark.parametrize("text", ["```python\nx = 1\n```\n", "```python\n```\n```python\n```\n"])
def test_a_page_with_other_blocks_than_the_program_has_parts_is_refused(text):
    with pytest.raises(ValueError, match="must hold 2 blocks of Python, then one of text, got py"):
        page_of_program(text, "x = 1\n\n\n# --- 1. More ---\ny = 2\n", "3\n")


def test_code_and_output_are_filled_in_and_prose_stays():
    text = "a\n\n```python\nold\n```\n\nb\n\n```sh\nls\n```\n\n```text\n```\n\nc\n"
    assert page_of_program(text, "x = 1\n\n\ny = 2\n", "\n3\n") == (
        "a\n\n```python\nx = 1\n\n\ny = 2\n```\n\nb\n\n```sh\nls\n```\n\n```text\n\n3\n```\n\nc\n"
    )


@pytest.mark.parametrize(("language", "other"), [("en", "zh"), ("zh", "en")])
def test_a_page_leads_on(language, other):
    text = page(language)
    first, last = text.splitlines()[0], text.rstrip().rpartition("\n\n")[2]
    assert f"({page_file(FILE, other).name})" in first and f"({FILE.name})" in first
    assert first == navigation(FILE, language)
    assert not re.search(CHINESE + r"\$", text), "GitHub needs a blank before a formula"
    ending = {"en": ".md", "zh": ".zh.md"}[language]
    readme = {"en": "../README.md", "zh": "README.zh.md"}[language]
    assert f"(01_a_network_by_hand{ending})" in last and f"({readme})" in last
    for link in re.findall(r"\]\(([^)]+)\)", text):
        assert (FILE.parent / link).exists(), link


def test_the_commands_show_its_pages_and_make_no_notebook_of_it():
    lesson = read_lesson(lesson_file("0", [FILE.parent]))
    assert (lesson.number, lesson.path) == ("00", FILE) and lesson not in lessons()
    assert lesson.titles["en"] == "Pruning in 200 lines" and "剪枝" in lesson.titles["zh"]
    assert "train" in lesson.aims["en"] and "训练" in lesson.aims["zh"]
    assert lesson.names == lesson.exercises == ()
    with pytest.raises(ValueError, match=f"{FILE.name} is one program"):
        notebook(FILE, "en")


@pytest.mark.parametrize("check", [False, True])
def test_render_writes_or_compares_the_pages(check, tmp_path, monkeypatch, capsys):
    code = importlib.util.spec_from_file_location("render", FILE.with_name("render.py"))
    render = importlib.util.module_from_spec(code)
    code.loader.exec_module(render)
    monkeypatch.setattr(render, "HERE", tmp_path)
    program = tmp_path / "00_small.py"
    program.write_text("x = 1\n\n\n# --- 1. More ---\nprint(x)\n")
    new = "A\n```python\nx = 1\n```\n```python\n# --- 1. More ---\nprint(x)\n```\n```text\n1\n```\n"
    old = new.replace("x = 1", "x = 2").replace("\n1\n", "\n2\n")
    for ending in (".md", ".zh.md"):
        (tmp_path / f"00_small{ending}").write_text(old)
    assert render.main(["00", *["--check"] * check]) == check
    printed = capsys.readouterr().out
    for ending in (".md", ".zh.md"):
        assert (tmp_path / f"00_small{ending}").read_text() == (old if check else new)
        assert (f"00_small{ending}: 'x = 2' is now 'x = 1'" in printed) == check
    assert render.main(["00", "--check"]) == check
