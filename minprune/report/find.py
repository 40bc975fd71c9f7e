"""Find a function, an exercise or an item of the documents by the words that people type.

Words are compared without case, endings and hyphens, and a CamelCase name is also several words: so
"SynFlow pruning", "N:M" and "PolynomialDecay" find what they name. A Chinese word is found inside a
text. The names of other libraries lead to ours.
"""

import re
from difflib import get_close_matches
from functools import cache
from typing import NamedTuple

from minprune.checks import checks
from minprune.documents.index import (
    FAMILIES,
    Entry,
    claims_of,
    errata_of,
    facts_of,
    notes_of,
    sections,
)
from minprune.documents.items import ITEMS
from minprune.documents.papers import papers_in
from minprune.exercises import exercises
from minprune.exercises.exercise import Exercise
from minprune.language import either, language
from minprune.report.links import public

NAME, TITLE, ABOUT, FAMILY, TEXT = 8, 4, 2, 1.5, 1  # what a word counts where it is found
ENDING = re.compile(r"(?<=\w{3})(?:ies|ing|ed|es|e|y|s)$")
HAN = "\u4e00-\u9fff"
WORD = re.compile(rf"[{HAN}]+|[^\W{HAN}_]+")
EMPTY = set("a an and by for from in of on the to with".split())
ELSEWHERE = {  # names in PyTorch, TensorFlow, jaxpruner, SciPy, and in Chinese
    "prune_by_magnitude": "l1_unstructured L1Unstructured global_unstructured GlobalUnstructured "
    "prune_low_magnitude MagnitudePruning GlobalMagnitudePruning one-shot oneshot 幅度剪枝",
    "prune_at_random": "random_unstructured RandomUnstructured RandomPruning",
    "prune_units": "ln_structured LnStructured 滤波器剪枝",
    "apply_mask": "custom_from_mask CustomFromMask",
    "is_pruning_step": "ConstantSparsity PeriodicSchedule UpdatePruningStep",
    "polynomial_decay": "PolynomialSchedule",
    "taylor": "SaliencyPruning Taylor expansion",
    "nm_mask": "NByM sparsity_m_by_n",
    "blocks_from_dense": "BSR bsr_matrix",
    "layer_costs": "FLOPs",
    "network_costs": "FLOPs",
    "find_ticket": "LTH lottery ticket hypothesis 彩票假设",
    "iterate_pruning": "IMP iterative magnitude pruning",
    "gradual_pruning": "GMP gradual magnitude pruning",
    "fake_quantize": "QAT quantization-aware training",
    "fake_quantize_gradient": "STE straight-through estimator",
    "quantize_symmetric": "quantisation INT8",
    "scaled_to_float16": "FP16 half precision AMP 混合精度",
    "factorize": "low-rank 低秩分解",
    "erk_densities": "Erdős-Rényi",
    "sensitivity_scan": "敏感度",
    "NetworkSurgery": "dynamic pruning 动态剪枝",
    "Dense": "nn.Linear fully connected 全连接层",
    "save": "save model checkpoint 保存模型",
    "load": "load model checkpoint 读取模型",
}


class Thing(NamedTuple):
    """Something that can be found.

    what   an entry of the index, an item of the documents, or an exercise
    texts  what its words are looked for in, as (what a word counts there, text)
    """

    name: str
    what: object
    texts: tuple


@cache
def things():
    """All things that can be found: functions with a source, other functions, exercises that are no
    functions of minprune, items. Of equal hits the earlier stands first."""
    found, tasks = [], {exercise.name: exercise for exercise in exercises().values()}
    for entry in sorted(public(), key=lambda entry: "Source: " not in entry.doc):
        task = tasks.pop(entry.name, None)
        texts = *_of_entry(entry), *_of_task(task)
        found.append(Thing(entry.name, entry, texts))
    found += [Thing(name, task, ((NAME, name), *_of_task(task))) for name, task in tasks.items()]
    found += [Thing(item.id, item, _of_item(item)) for item in ITEMS]
    return found


def title_of(what):
    """The title of an item or an exercise, or the first line of a function, in the language in
    use."""
    if isinstance(what, Entry):
        return what.headline
    return what.title[language()] if isinstance(what, Exercise) else either(*what.title)


def _of_entry(entry):
    check = checks().get(entry.name)
    folder, file = entry.module
    chinese = sections(folder, file).get(entry.name, "")
    sentences = [f"{m.en} {m.zh}" for m in check.mistakes + check.properties] if check else []
    sources = [case.source for case in check.fixed] if check else []
    return (
        (NAME, entry.name),
        (TITLE, " ".join([entry.title, chinese.split("\n")[0]])),
        (ABOUT, " ".join([*papers_in(entry.doc), ELSEWHERE.get(entry.name, "")])),
        (FAMILY, " ".join(FAMILIES[folder][file])),
        (TEXT, " ".join([entry.doc, chinese, *sentences, *sources])),
    )


def _of_task(task):
    if task is None:
        return ()
    titles, texts = (" ".join(part.values()) for part in (task.title, task.text))
    return (TITLE, titles), (TEXT, f"exercise {task.id} {texts}")


def _of_item(item):
    about = [*errata_of(item.id), *facts_of(item.id)]
    texts = [" ".join([*one.of([item.id]).values(), one.says, *one.right]) for one in about]
    texts += [" ".join([*claim.says, *claim.found]) for claim in claims_of(item.id)]
    texts += map(" ".join, notes_of(item.id))
    return (ABOUT + 1, " ".join(item.title)), (TEXT, " ".join(texts))


def search(query):
    """The things that a query finds, best first: (those that it names, those that mention it).

    A query names a thing if every word stands in its name, its first line, its papers, or the title
    of its exercise.

    >>> [thing.name for thing in search("PolynomialDecay")[0]]
    ['polynomial_decay']
    """
    found = {}
    for words in map(_sought, (query, query.replace("-", ""), _split(query))):
        for k, thing in enumerate(things()):
            values = [_value(word, thing) for word in words]
            if values and min(values) > 0:
                rank = min(values) >= ABOUT, sum(values) / len(values)
                found[k] = max(found.get(k, rank), rank)
    ranked = sorted(found, key=lambda k: (found[k], -k), reverse=True)
    return tuple([things()[k] for k in ranked if found[k][0] == named] for named in (True, False))


def called(query):
    """The things of this name, whatever its case, hyphens and spaces; the one so written first."""
    name = re.sub(r"[\s_-]", "", query).lower()
    found = [thing for thing in things() if thing.name.replace("_", "").lower() == name]
    return sorted(found, key=lambda thing: thing.name != query)


def near(query):
    """Names that are like what was typed, at most five."""
    names = {thing.name.lower(): thing.name for thing in things()}
    typed = "_".join(WORD.findall(_split(query).lower()))
    close = get_close_matches(typed, names, n=5, cutoff=0.7)
    for word in typed.split("_"):
        parts = {part for name in names for part in name.split("_")}
        for part in get_close_matches(word, parts, n=1, cutoff=0.8):
            close += [name for name in names if part in name.split("_")]
    return [names[name] for name in [*dict.fromkeys(close)][:5]]


def _sought(query):
    """The words of a query; of a Chinese one the longest parts that stand anywhere."""
    words = []
    for word in _words(query):
        while _is_chinese(word) and word not in (everything := _everything()):
            part = next((word[:n] for n in range(len(word), 0, -1) if word[:n] in everything), word)
            words.append(part)
            word = word[len(part) :]
        words += [word] if word else []
    return words


@cache
def _everything():
    """All texts as one."""
    return "".join(text for thing in things() for _, text in thing.texts)


def _is_chinese(word):
    return "\u4e00" <= word[:1] <= "\u9fff"


def _value(word, thing):
    """The weight of a word in a thing; 0 if none of its texts holds it."""
    return max(value * _share(word, text) for value, text in thing.texts)


def _share(word, text):
    """1 if a word stands in a text; a half if another word begins with it, by four letters or more
    or by all but a number; else 0."""
    if _is_chinese(word):
        return word in text
    there = _vocabulary(text)
    begun = [one[len(word) :] for one in there if one.startswith(word)]
    if "" in begun or "2d" in begun:  # of max_pool2d
        return 1
    return any(len(word) > 3 or rest.isdigit() for rest in begun) / 2


@cache
def _vocabulary(text):
    """The words of a text, CamelCase names as one word and as several."""
    return {part for word in {*_tokens(text)} for part in _forms(word)}


@cache
def _forms(word):
    return {_stem(part) for part in (word.lower(), *_split(word).lower().split())}


def _split(text):
    """A text with its CamelCase names as words.

    >>> _split("NetworkSurgery, APoZ")
    'Network Surgery, APo Z'
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)


def _words(text):
    """The words of a query as they are compared: of "pruning" "prun" is left."""
    return [_stem(word) for word in _tokens(text.lower()) if word not in EMPTY]


def _tokens(text):
    """The words of a text as they stand, but "N:M" as "NM"."""
    return WORD.findall(re.sub(r"(?<=\b\w):(?=\w\b)", "", text))


@cache
def _stem(word):
    while (shorter := ENDING.sub("", word)) != word:
        word = shorter
    return word
