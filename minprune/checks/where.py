"""What some calls have in common: "`w` is empty", "`k` is 0"."""

import inspect

import numpy as np

from minprune.checks.compare import as_array, is_list


def common(calls, formula):
    """What calls can have in common: {(English, Chinese): the places of the calls that have it}.

    formula  the function whose parameters the arguments of the calls are for

    >>> from minprune.checks.check import given
    >>> def f(w, k=1): ...
    >>> [en for en, zh in common([given([[1.0, 2.0]]), given([[1.0, 2.0]], k=0)], f)]
    ['`k` is left out', '`k` is given', '`k` is 0']
    """
    found, signature = {}, inspect.signature(formula)
    for place, call in enumerate(calls):
        given = signature.bind(*call.args, **call.kwargs).arguments
        for sentence in _all(given, signature.parameters):
            found.setdefault(sentence, set()).add(place)
    return found


def _all(given, parameters):
    for name, parameter in parameters.items():
        if parameter.default is not parameter.empty:
            yield (f"`{name}` is given", f"传入了 `{name}`") if name in given else (
                f"`{name}` is left out", f"未传入 `{name}`")  # fmt: skip
    sizes = {name: np.size(v) for name, v in given.items() if isinstance(v, np.ndarray)}
    for name, value in given.items():
        shown = f"`{name}`"
        if is_list(value):
            yield from _of_list(shown, value)
        elif np.ndim(value):
            yield from _of_array(shown, as_array(value))
        else:
            yield from _of_one(shown, value)
            for other, size in sizes.items():
                if isinstance(value, int) and value == size:
                    yield (f"{shown} is the number of entries of `{other}`",
                           f"{shown} 等于 `{other}` 的元素个数")  # fmt: skip


def _of_one(name, value):
    if value is None or isinstance(value, (bool, str)):
        yield f"{name} is {value!r}", f"{name} 为 {value!r}"
    elif isinstance(value, (int, float)):
        for one in (0, 1):
            if value == one:
                yield f"{name} is {one}", f"{name} 为 {one}"
        if value < 0:
            yield f"{name} is negative", f"{name} 为负"


def _of_list(name, parts):
    if len(parts) < 2:
        count, word = (("nothing", "为空列表"), ("one array", "中只有一个数组"))[len(parts)]
        yield f"{name} holds {count}", f"{name} {word}"
    arrays = [as_array(part) for part in parts if np.ndim(part)]
    arrays = [array for array in arrays if array is not None]
    of_parts = {sentence for array in arrays for sentence in _of_array("{}", array)}
    for en, zh in sorted(of_parts):
        yield en.format(f"an array of {name}"), zh.format(f"{name} 中某个数组")


def _of_array(name, array):
    if array is None:
        return
    if array.ndim == 1:
        yield f"{name} has one axis", f"{name} 只有一个轴"
    if array.ndim > 2:
        yield f"{name} has more than two axes", f"{name} 多于两个轴"
    if array.size == 0:
        yield f"{name} is empty", f"{name} 为空"
        return
    if array.size == 1:
        yield f"{name} has one entry", f"{name} 只有一个元素"
    if array.dtype.kind not in "biuf":
        return
    if array.dtype.kind != "f":
        kind = {"b": ("booleans", "布尔值")}.get(array.dtype.kind, ("whole numbers", "整数"))
        yield f"{name} holds {kind[0]}", f"{name} 的元素是{kind[1]}"
    if not np.isfinite(array).all():
        yield f"{name} holds NaN or infinity", f"{name} 含有 NaN 或无穷大"
    if not array.any():
        yield f"all entries of {name} are 0", f"{name} 的元素全为 0"
