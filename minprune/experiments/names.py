"""Names of networks and libraries: English in a result, in a table in the language in use."""

import re

from minprune.language import either

NUMBER = re.compile(r"\d[\d,.e+-]*")
CHINESE = {  # a part of a name, # for its number
    "dense": "稠密",
    "fine-tuned": "微调",
    "not fine-tuned": "未微调",
    "# % pruned": "剪枝 # %",
    "# % random mask": "随机掩码 # %",
    "mask dropped": "去掉掩码",
    "threshold #": "阈值 #",
    "unmasked": "去掉掩码",
    "# % of weights": "# % 的权重",
    "# % of units": "# % 的单元",
    "# % of the rest": "其余权重的 # %",
    "at random": "随机",
    "# images": "# 张图像",
    "also shifted": "另加平移",
    "# hidden units": "# 个隐藏单元",
    "noise #": "噪声 #",
    "lr #": "学习率 #",
    "magnitude": "相对幅值",
    "chance": "相对随机",
    "just pruned": "只剪枝",
    "retrained": "再训练",
    "sparse engine": "稀疏引擎",
    "minprune dense": "minprune 稠密",
    "document A-#": "文章 A-#",
    "original": "原模型",
    "pruned": "剪枝后",
}


def shown_name(name):
    """A name in the language in use; a part that is not in `CHINESE` remains as it is.

    >>> from minprune.language import using
    >>> with using("zh"):
    ...     shown_name("90 % pruned, fine-tuned"), shown_name("NumPy")
    ('剪枝 90 %，微调', 'NumPy')
    """
    return either(name, "，".join(map(_chinese, name.split(", "))))


def quoted(name):
    """A name in a sentence, in quotation marks."""
    return either(repr(name), f"“{shown_name(name)}”")


def _chinese(part):
    number = NUMBER.search(part)
    shown = CHINESE.get(NUMBER.sub("#", part, count=1), part)
    return shown.replace("#", number[0]) if number else shown
