"""The table of the runtime's layouts is what every toolchain at hand compiles."""

from __future__ import annotations

import pytest

from goom.case.errors import BadInput
from goom.formats import runtime_table
from goom.formats.fingerprints import Reference
from goom.formats.runtime_table import from_json, of_version, release_of, releases, to_json
from goom.golang.runtime_layouts import Seen, common, read_table
from goom.golang.toolchain import cached_versions, obtain
from goom.sources import xray_fields

AT_HAND = tuple(dict.fromkeys(("1.21.13", "1.22.10", "1.27.3", *cached_versions())))


@pytest.mark.real_go
@pytest.mark.parametrize("version", AT_HAND)
def test_a_row_made_anew_is_the_one_checked_in(version: str) -> None:
    row = of_version(version)
    assert row is not None, f"python -m goom.golang.runtime_layouts {version}"
    if row.source != version:
        pytest.skip(f"the row was made from {row.source}")
    assert to_json(read_table(obtain(version))) == to_json(row)


@pytest.mark.parametrize("release", releases())
def test_every_row_has_what_a_sample_needs(release: str) -> None:
    row = of_version(release)
    assert row is not None
    assert release_of(row.source) == release
    for name in xray_fields.NEEDED:
        assert len(row.globals[name].references) >= 2, name
    assert row.wait_reasons[1] == "GC assist marking"
    assert row.layouts().at("runtime.gcControllerState", "heapLive").size_bytes == 8


@pytest.mark.parametrize("release", releases())
def test_a_row_is_read_as_it_was_written(release: str) -> None:
    row = of_version(release)
    assert row is not None
    assert from_json(to_json(row).encode()) == row


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
    assert runtime_table.of_version("1.21.0") is runtime_table.of_version("1.21.0")
    with pytest.raises(BadInput, match="layout that goom does not know"):
        runtime_table.of_version("1.21").layouts().struct("runtime.nothing")  # type: ignore[union-attr]
