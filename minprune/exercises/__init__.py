"""Exercises in four assignments, for a course or for oneself.

`exercises()` are all of them by id, `exercise_of("1.3")` is one.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from minprune.exercises import tasks
from minprune.language import in_both

ASSIGNMENTS = {
    1: {"en": "Masks", "zh": "掩码"},
    2: {"en": "What is important, and how much can be pruned", "zh": "谁重要，能剪多少"},
    3: {"en": "Training with masks, removing channels", "zh": "带掩码训练，删除通道"},
    4: {"en": "Small and fast", "zh": "更小，更快"},
}


@cache
def exercises():
    """Every exercise by its id, in the order in which they are to be done."""
    modules = [import_module(f"{tasks.__name__}.{m.name}") for m in iter_modules(tasks.__path__)]
    found = sorted((module.exercise for module in modules), key=lambda exercise: exercise.order)
    return {exercise.id: exercise for exercise in found}


def exercise_of(name):
    """The exercise with this id, or whose function is called so; `ValueError` if there is none."""
    for exercise in exercises().values():
        if name in (exercise.id, exercise.name):
            return exercise
    raise in_both(ValueError(f"there is no exercise {name!r}; there are {', '.join(exercises())}"),
                  f"没有练习 {name!r}；现有 {'、'.join(exercises())}")  # fmt: skip
