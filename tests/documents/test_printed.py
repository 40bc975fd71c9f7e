"""The verdicts on figures that the documents print of their own experiments."""

import re

from minprune.documents.printed import PRINTED, Printed, verdict
from minprune.language import using


def test_a_verdict_is_in_the_language_in_use():
    lines = [*PRINTED, Printed("", 0.98, 50_890, 0.5)]
    english = [*map(verdict, lines)]
    with using("zh"):
        chinese = [*map(verdict, lines)]
    for en, zh in zip(english, chinese, strict=True):
        assert sorted(re.findall(r"[\d,.]*\d", en)) == sorted(re.findall(r"[\d,.]*\d", zh))
    assert ["不可能" in zh for zh in chinese] == ["impossible" in en for en in english]
    assert chinese[2] == "参数量 50,890 可能成立：64 个隐藏单元"
