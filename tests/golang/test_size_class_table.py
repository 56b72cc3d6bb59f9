"""The checked-in table of size classes is the runtime's own, in every toolchain at hand."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from goom.case.errors import BadInput
from goom.golang.size_class_table import (
    DATA,
    SOURCES,
    TABLE,
    RuntimeTable,
    generated,
    parse_table,
    read_table,
)
from goom.golang.toolchain import Toolchain, cached_versions, obtain
from goom.runtime.size_classes import fitting

SMALL = """package runtime

const (
\t_PageShift = 13
)

var class_to_size = [_N]uint16{0, 8, 16}
var class_to_allocnpages = [_N]uint8{0, 1, 1}
var size_to_class8 = [a/b + 1]uint8{0, 1, 2}
var size_to_class128 = [(a-b)/c + 1]uint8{2}
"""


def at_hand() -> list[Toolchain]:
    """What CI obtains anyway, and whatever else is in the cache."""
    wanted = dict.fromkeys(("1.21.13", "1.22.10", "1.27.3", *cached_versions()))
    return [obtain(version) for version in wanted]


def written(name: str) -> str:
    return (DATA / name).read_text(encoding="ascii")


@pytest.mark.real_go
def test_the_table_regenerated_from_every_toolchain_is_the_one_checked_in() -> None:
    made = generated(at_hand())
    assert made[TABLE] == written(TABLE)
    rows = {row["version"]: row for row in csv.DictReader(written(SOURCES).splitlines())}
    remade = {row["version"]: row for row in csv.DictReader(made[SOURCES].splitlines())}
    assert {version: remade[version] for version in remade.keys() & rows.keys()} == {
        version: rows[version] for version in remade.keys() & rows.keys()
    }


@pytest.mark.real_go
@pytest.mark.parametrize("version", ["1.21.13", "1.22.10", "1.27.3"])
def test_the_smallest_class_that_fits_is_what_the_runtime_looks_up(version: str) -> None:
    table = read_table(obtain(version))
    wrong = [
        size
        for size in range(1, 32769)
        if (found := fitting(size)) is None or found.number != looked_up(table, size)
    ]
    assert not wrong


def looked_up(table: RuntimeTable, size: int) -> int:
    """As mallocgc does it."""
    if size <= 1024 - 8:
        return table.class8[-(-size // 8)]
    return table.class128[-(-(size - 1024) // 128)]


def test_the_sources_name_the_table_that_is_checked_in() -> None:
    digest = hashlib.sha256(written(TABLE).encode()).hexdigest()
    rows = list(csv.DictReader(written(SOURCES).splitlines()))
    assert {row["table_sha256"] for row in rows} == {digest}
    assert {"1.21.13", "1.22.10", "1.27.3"} <= {row["version"] for row in rows}


def test_a_table_is_read_as_the_runtime_writes_it() -> None:
    table = parse_table(SMALL, "runtime/sizeclasses.go")
    assert table.size_bytes == (0, 8, 16)
    assert table.span_bytes == (0, 8192, 8192)
    assert table.csv() == "class,size_bytes,span_bytes\n1,8,8192\n2,16,8192\n"


@pytest.mark.parametrize("lost", ["class_to_size", "_PageShift", "size_to_class128"])
def test_a_table_that_lacks_a_part_is_named(lost: str) -> None:
    with pytest.raises(BadInput, match=r"sizeclasses\.go has no"):
        parse_table(SMALL.replace(lost, "renamed"), "runtime/sizeclasses.go")


def test_a_version_with_another_table_is_refused(tmp_path: Path) -> None:
    one, other = (toolchain(tmp_path / name, name) for name in ("1.27.0", "1.28.0"))
    sizes = other.goroot / "src/runtime/sizeclasses.go"
    sizes.write_text(SMALL.replace("{0, 8, 16}", "{0, 8, 24}"))
    with pytest.raises(BadInput, match=r"Go 1\.28\.0 has another table"):
        generated([one, other])
    assert generated([one, replace(one, version="1.27.1")])[SOURCES].count("sizeclasses.go") == 2


def test_no_toolchain_gives_no_table() -> None:
    with pytest.raises(BadInput, match="no toolchain"):
        generated([])


def toolchain(root: Path, version: str) -> Toolchain:
    (root / "src/runtime").mkdir(parents=True)
    (root / "src/runtime/sizeclasses.go").write_text(SMALL)
    return Toolchain(version, root, root / "bin/go")
