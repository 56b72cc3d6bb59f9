"""The table of the runtime's layouts is what every toolchain at hand compiles."""

from __future__ import annotations

import pytest

from goom.case.errors import BadInput
from goom.formats.fingerprints import Reference
from goom.formats.runtime_table import (
    RuntimeTable,
    from_json,
    of_version,
    release_of,
    releases,
    rows_of,
    to_json,
)
from goom.golang.runtime_layouts import Seen, common, read_table
from goom.golang.toolchain import cached_versions, obtain
from goom.sources.xray import fields as xray_fields

AT_HAND = tuple(dict.fromkeys(("1.21.13", "1.22.10", "1.27.3", *cached_versions())))
ROWS = tuple(row for release in releases() for row in rows_of(release))


@pytest.mark.real_go
@pytest.mark.parametrize("version", AT_HAND)
def test_a_row_made_anew_is_the_one_checked_in(version: str) -> None:
    row = of_version(version)
    assert row is not None, f"python -m goom.golang.runtime_layouts {version}"
    assert row.source == version, f"python -m goom.golang.runtime_layouts {version}"
    assert to_json(read_table(obtain(version))) == to_json(row)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.source)
def test_every_row_has_what_a_sample_needs(row: RuntimeTable) -> None:
    for name in xray_fields.NEEDED:
        assert len(row.globals[name].references) >= 2, name
    assert row.wait_reasons[1] == "GC assist marking"
    assert row.layouts().at("runtime.gcControllerState", "heapLive").size_bytes == 8


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.source)
def test_a_row_is_read_as_it_was_written(row: RuntimeTable) -> None:
    assert from_json(to_json(row).encode()) == row


@pytest.mark.parametrize(
    ("version", "sources"),
    [
        ("1.23.1", ["1.23.1", "1.23.9"]),
        ("1.23.5", ["1.23.1", "1.23.9"]),
        ("1.23.12", ["1.23.9", "1.23.1"]),
        ("1.23rc1", ["1.23.1", "1.23.9"]),
        ("go1.24.11", ["1.24.11", "1.24.3"]),
        ("1.22.0", ["1.22.10"]),
    ],
)
def test_the_row_before_is_nearer_than_the_row_after(version: str, sources: list[str]) -> None:
    assert [row.source for row in rows_of(version)] == sources


def test_releases_differ_and_some_patches_do_too() -> None:
    def places(version: str) -> tuple[int, int]:
        row = of_version(version)
        assert row is not None
        layouts = row.layouts()
        return layouts.at("runtime.workType", "cycles").offset, layouts.struct(
            "runtime.m"
        ).size_bytes

    assert places("1.23.1")[0] != places("1.23.9")[0]
    assert places("1.24.3")[1] != places("1.24.11")[1]


@pytest.mark.parametrize("version", ["1.20", "1.20.14", "1.18.10", "1.99", "devel", "", "../1.22"])
def test_a_release_without_a_row_has_no_nearest_one(version: str) -> None:
    assert of_version(version) is None


@pytest.mark.parametrize(
    ("version", "release"),
    [("1.22.10", "1.22"), ("go1.27rc1", "1.27"), ("1.21", "1.21"), ("1.220", "1.220"),
     ("devel +abc", ""), ("1.x", "")],
)  # fmt: skip
def test_a_version_belongs_to_its_release(version: str, release: str) -> None:
    assert release_of(version) == release


def test_a_reference_that_another_program_contradicts_is_left_out() -> None:
    """c is in one program only; d leads to the global by chance in one of two."""
    here = {("runtime.a", 3): 0, ("runtime.b", 5): 0, ("runtime.c", 7): 8, ("runtime.d", 9): 99}
    there = {("runtime.a", 4): 0, ("runtime.b", 5): 0}
    functions = frozenset({"runtime.a", "runtime.b", "runtime.d"})
    programs = [Seen({"g": here}, functions | {"runtime.c"}), Seen({"g": there}, functions)]
    assert common("g", programs) == (
        Reference("runtime.b", 5, 0),
        Reference("runtime.c", 7, 8),
    )


def test_rows_are_found_where_they_are_shipped() -> None:
    assert releases() == ("1.19", "1.21", "1.22", "1.23", "1.24", "1.25", "1.26", "1.27")
    assert of_version("1.21.0") is of_version("1.21.13")
    with pytest.raises(BadInput, match="layout that goom does not know"):
        ROWS[0].layouts().struct("runtime.nothing")
