"""The class is looked up in one table sizeclass[257]."""

from __future__ import annotations

import re

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number
from goom.claims.bench.size_class_table import text

_TABLE = re.compile(r"var (\w*[sS]ize_?[tT]o_?\w*[cC]lass\w*) = \[([^\]]+)\]uint8")


def measure(bench: Bench) -> Figures:
    """The look-up tables in sizeclasses.go, and whether the class is computed from them."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    tables = _TABLE.findall(text(go))
    lengths = [_length(go, expression) for _, expression in tables]
    searched = go.source.find(r"sort\.Search|bisect", "runtime/msize.go", code_only=True)
    return {
        "tables": " ".join(
            f"{name}[{length}]" for (name, _), length in zip(tables, lengths, strict=True)
        ),
        "table_count": len(tables),
        "tables_of_257": lengths.count(257),
        "searches": len(searched),
    }


def _length(go: Go, expression: str) -> int:
    """The length as the source computes it: smallSizeMax/smallSizeDiv + 1 and the like."""
    known = dict(re.findall(r"^\s*(\w+)\s*=\s*(\d+)$", text(go), re.MULTILINE))
    words = re.findall(r"\w+|[^\w\s]", expression)
    figures = [int(known.get(word, word)) for word in words if re.fullmatch(r"\w+", word)]
    if len(figures) == 4:  # (largest - from) / step + 1
        return (figures[0] - figures[1]) // figures[2] + figures[3]
    return figures[0] // figures[1] + figures[2] if len(figures) == 3 else figures[0]


def judge(figures: Figures) -> Judgement:
    """One table of 257: holds. Look-up by other tables: the O(1) part holds."""
    if every(figures, lambda row: number(row, "tables_of_257") > 0):
        return holds("sizeclasses.go has a table of 257 entries")
    if every(figures, lambda row: number(row, "table_count") > 0 and row["searches"] == 0):
        tables = next(iter(figures.values()))["tables"]
        return holds_in_part(f"it is looked up in constant time, but in {tables}")
    return does_not_hold("there is no look-up table")


CLAIM = Claim(
    Statement(
        id="C036",
        chapter="2.2",
        statement="The size class is found in O(1) in a table sizeclass[257].",
        method="the tables in sizeclasses.go of that toolchain",
        rule="holds when there is a table of 257 entries; in part when there are other tables",
        truth=(
            "There are two: size_to_class8, by (size+7)/8 up to 1016 bytes, and "
            "size_to_class128 above (sizeclasses.go; names in camel case since 1.25). 8 bytes "
            "are class 1, not 0."
        ),
    ),
    measure,
    judge,
)
