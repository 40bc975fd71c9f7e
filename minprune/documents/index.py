"""The index: which function computes which item of the documents, read from the docstrings.

A docstring is the only place where a function says what it computes, so nothing here can disagree
with it: the first line, the equation under it, the ids in brackets behind the source, the example.
What it says in Chinese lies in `zh/`, a file for each file of functions, with a section for each of
them: "== rank_mask", then the docstring without its example, and without its equation unless that
holds English words.
"""

import ast
import re
import textwrap
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from minprune.documents.claims import CLAIMS
from minprune.documents.errata import ERRATA, FACTS
from minprune.documents.items import ITEMS, NOTES, RUNS
from minprune.language import language

FAMILIES = {  # the files that hold functions, in reading order, each with its subject
    "formulas": {
        "norms": ("Size of arrays", "范数"),
        "penalties": ("L1, L2, group lasso", "惩罚项与正则化"),
        "scores": ("Importance of weights", "权重与层的重要性"),
        "influence": ("Loss change: OBD, OBS", "损失的变化：OBD、OBS"),
        "units": ("Importance of units", "神经元与滤波器重要性"),
        "masks": ("Thresholds and ranks", "掩码：阈值与排序"),
        "structured": ("N:M, blocks, units", "结构化：N:M、块、单元"),
        "allocation": ("Densities of layers", "各层密度的分配"),
        "schedules": ("How much, and when", "调度：剪多少、何时剪"),
        "metrics": ("Sparsity and accuracy", "指标：稀疏度、准确率"),
        "costs": ("Parameters and MACs", "参数量与乘加次数"),
        "quantize": ("Fewer bits", "量化"),
        "distill": ("Distillation", "知识蒸馏与集成"),
        "factorization": ("Matrix factorization", "矩阵分解"),
        "activations": ("ReLU, softmax, tanh", "激活函数"),
        "convolution": ("Convolution, pooling", "卷积与池化"),
        "misprints": ("Mistakes in print", "原文中的错误"),
    },
    "nn": {
        "parameter": ("Parameters with masks", "参数与掩码"),
        "initializers": ("First weights", "权重初始化"),
        "layers": ("Layers", "层"),
        "spatial": ("Layers for images", "图像的层：卷积与池化"),
        "batchnorm": ("Batch normalization", "批归一化"),
        "losses": ("Losses", "损失函数"),
        "network": ("Networks", "网络"),
        "models": ("Networks known by name", "知名网络"),
        "costs": ("Costs of a network", "网络的计算量"),
        "optim": ("Optimizers", "优化器"),
        "train": ("Training", "训练"),
        "history": ("Course of a training", "训练过程"),
        "predict": ("Outputs, classes, accuracy", "预测与评估"),
        "gradcheck": ("Gradient check", "梯度检验"),
        "store": ("Saving and loading", "保存与读取"),
    },
    "pruning": {
        "one_shot": ("Pruning once", "一次剪完"),
        "topology": ("Hidden layers", "隐藏层"),
        "shrink": ("Removing units", "删除神经元与滤波器"),
        "units": ("Pruning units", "神经元与滤波器剪枝"),
        "during": ("Pruning while training", "边训练边剪枝"),
        "teacher": ("Fine-tuning with a teacher", "用教师网络微调"),
        "search": ("Search for a sparsity", "搜索稀疏度与阈值"),
        "sensitivity": ("Sensitivity of layers", "各层的灵敏度"),
        "allocate": ("Sparsities of layers", "各层稀疏度的分配"),
        "procedures": ("Whole procedures", "完整流程：迭代剪枝、微调、彩票"),
    },
    "sparse": {
        "csr": ("Compressed sparse rows", "压缩稀疏行 (CSR)"),
        "blocked_csr": ("Blocked CSR", "分块的压缩稀疏行 (CSR)"),
        "blocks": ("Blocks of weights", "块稀疏"),
        "slabs": ("Slabs of units", "单元板条"),
        "sliced": ("Sliced rows", "切片稀疏行"),
        "nm": ("N:M sparsity", "N:M 稀疏"),
        "bitmask": ("Bit masks", "位掩码"),
        "kernels": ("Kernels as plain loops", "稀疏计算核"),
        "microkernels": ("Kernels in registers", "寄存器级计算核"),
        "engine": ("The sparse engine", "稀疏引擎"),
    },
    "data": {
        "mnist": ("MNIST", "MNIST 数据集"),
        "source": ("Data of any form", "任意格式的数据"),
        "dataset": ("Arrays", "数组"),
        "idx": ("IDX files", "IDX 文件"),
        "npz": ("NumPy files", "NumPy 文件"),
        "table": ("CSV files", "CSV 文件"),
    },
    "experiments": {
        "regression": ("A regression network", "回归网络"),
        "spread": ("Intervals of means", "均值的置信区间"),
        "cnn": ("Document D's CNN", "文章 D 的卷积网络"),
    },
}
MODULES = [f"minprune.{folder}.{name}" for folder, names in FAMILIES.items() for name in names]

ID = re.compile(r"\b[A-E]-(?:\d+(?:\.\d+)*[a-z]?|Q\d+|Ref)(?![\w.]*\d)")


class Entry(NamedTuple):
    """A public function or class of minprune."""

    name: str
    path: str  # where it can be imported from
    title: str  # first line of the docstring
    equation: str  # the indented lines under it, or "" (a procedure has its order of steps)
    ids: tuple  # of the items that it computes
    doc: str  # the whole docstring
    line: int  # where its definition begins

    @property
    def module(self):
        """(folder, file): ("formulas", "masks")."""
        return tuple(self.path.split(".")[1:3])

    @property
    def file(self):
        """Path of its file from the repository's root."""
        return f"minprune/{'/'.join(self.module)}.py"

    @property
    def told(self):
        """The whole docstring in the language in use."""
        chinese = language() == "zh" and sections(*self.module).get(self.name)
        if not chinese:
            return self.doc
        first, *rest = chinese.split("\n\n")
        _, *blocks = self.doc.split("\n\n")
        equation = [] if not self.equation or _equation(chinese) else blocks[:1]
        example = [block for block in blocks if block.startswith(">>> ")]
        return "\n\n".join([first, *equation, *rest, *example])

    @property
    def headline(self):
        """The first line of the docstring in the language in use."""
        return self.told.split("\n")[0]

    @property
    def rule(self):
        """The equation in the language in use, or ""."""
        return _equation(self.told)


@cache
def functions():
    """Every public function and class of these files that has a docstring, in reading order.

    The files are read, not imported: this compiles nothing, and works under `python -OO`, which
    drops docstrings.
    """
    return [
        _entry(f"{module}.{node.name}", doc, node.lineno)
        for module in MODULES
        for node in ast.parse(_source(module)).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and (doc := ast.get_docstring(node))
    ]


@cache
def entries():
    """Those whose docstring names a source: they compute items of the documents, or come from a
    paper."""
    return [entry for entry in functions() if "Source: " in entry.doc]


def functions_of(item_id):
    """The entries that compute an item.

    >>> [entry.name for entry in functions_of("A-4.2")]
    ['magnitude', 'score_mask', 'threshold_mask', 'threshold_prune', 'prune_by_threshold']
    """
    return [entry for entry in entries() if item_id in entry.ids]


def errata_of(item_id):
    """The mistakes that an item makes.

    >>> len(errata_of("D-4.3")) > 0
    True
    """
    return _about(item_id, ERRATA)


def facts_of(item_id):
    """The wrong or missing facts of history and bibliography in an item.

    >>> "1980" in facts_of("D-1.2e")[0].right[0]
    True
    """
    return _about(item_id, FACTS)


def claims_of(item_id):
    """The claims of an item that were put to the test.

    >>> [claim.again for claim in claims_of("A-9.10")]
    ['python -m minprune.experiments.claims small_networks']
    """
    return _about(item_id, CLAIMS)


def notes_of(item_id):
    """Notes on an item: its content if no function computes it, and what minprune lacks.

    >>> notes_of("C-1.2")
    [['Says what the article treats.', '说明文章讨论哪些内容。']]
    """
    return [note for _, *note in _about(item_id, NOTES)]


def runs_of(item_id):
    """The commands that run an item.

    >>> runs_of("C-5.2a")
    ['python -m minprune run cnn']
    """
    return [command for _, command in _about(item_id, RUNS)]


def _about(item_id, records):
    """The records whose ids, or else first entry, name the item."""
    return [r for r in records if item_id in ID.findall(getattr(r, "ids", r[0]))]


def find(query):
    """The items that a query names: an id, or the beginning of ids, in any case.

    >>> [item.id for item in find("c-4.3")]
    ['C-4.3a', 'C-4.3b']
    """
    query = query.strip().upper()
    if not query:
        return []
    exact = [item for item in ITEMS if item.id.upper() == query]
    begin = re.compile(re.escape(query) + r"(?!(?<=\d)\d)")  # A-1 does not begin A-10
    return exact or [item for item in ITEMS if begin.match(item.id.upper())]


@cache
def sections(folder, name):
    """The Chinese docstrings of a file, without what they share with the English ones.

    >>> sections("formulas", "norms")["unit_l1"].split("。")[0]
    '每个单元的 L1 范数：每个神经元或滤波器一个得分'
    """
    path = files("minprune") / "documents" / "zh" / folder / f"{name}.txt"
    text = path.read_text("utf-8") if path.is_file() else ""
    return dict(re.findall(r"^== (\w+)\n(.*?)\n*(?=^== |\Z)", text, re.DOTALL | re.MULTILINE))


def _source(module):
    _, folder, name = module.split(".")
    return (files("minprune") / folder / f"{name}.py").read_bytes()


def _entry(path, doc, line):
    source = re.search(r"Source: (.*?)(?:\n\n|$)", doc, re.DOTALL)
    return Entry(
        path.rpartition(".")[2],
        path,
        doc.split("\n")[0],
        _equation(doc),
        tuple(dict.fromkeys(ID.findall(source[1] if source else ""))),
        doc,
        line,
    )


def _equation(doc):
    """The indented lines under the first line, without their indentation, or ""."""
    block = re.search(r"\n\n((?: {4}.*\n?)+)", doc)
    return textwrap.dedent(block[1]).strip() if block else ""
