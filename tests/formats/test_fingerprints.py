"""Globals of stripped programs are found by the code that uses them, when enough of it agrees."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

import pytest

from goom.formats import elf_image, fingerprints, pclntab, runtime_table
from goom.formats.elf_image import Image
from goom.formats.fingerprints import Found, Reference
from goom.golang.build import BuildOptions, build
from goom.golang.toolchain import obtain
from tests.formats.small_dwarf import elf_of
from tests.formats.small_program import CALLEE, CALLER, function_table

GLOBAL = 0x50_0000
PROGRAM = Path(__file__).parent / "layout_oracle"


def load(at: int, target: int) -> bytes:
    """LEA target(RIP), AX; the distance is at offset 3."""
    return b"\x48\x8d\x05" + struct.pack("<i", target - (at + 7))


def program(first: int, second: int) -> Image:
    """Two functions of 16 bytes, one loads ``first`` and the other ``second``."""
    start = 0x10000 + 64 + 56
    code = load(start, first).ljust(16, b"\x90") + load(start + 16, second).ljust(16, b"\x90")
    table = function_table(start)
    return elf_image.read(memoryview(elf_of({".text": code, ".gopclntab": table})))


def resolved(image: Image, *references: Reference) -> dict[str, Found]:
    table = pclntab.read(image.data, image.elf)
    return fingerprints.resolve(image, table, {"g": references})


def test_references_that_agree_name_the_address() -> None:
    image = program(GLOBAL, GLOBAL + 8)
    assert resolved(image, Reference(CALLER, 3, 0), Reference(CALLEE, 3, 8)) == {
        "g": Found(GLOBAL, 2, 2)
    }


def test_references_that_disagree_name_none() -> None:
    image = program(GLOBAL, GLOBAL + 16)
    assert resolved(image, Reference(CALLER, 3, 0), Reference(CALLEE, 3, 8)) == {}


@pytest.mark.parametrize(
    "other", [Reference("runtime.other", 3, 0), Reference(CALLEE, 2, 0), Reference(CALLER, 13, 0)]
)
def test_a_single_reference_is_not_enough(other: Reference) -> None:
    assert resolved(program(GLOBAL, GLOBAL), Reference(CALLER, 3, 0), other) == {}


def test_references_are_found_where_they_are() -> None:
    image = program(GLOBAL, GLOBAL + 8)
    table = pclntab.read(image.data, image.elf)
    found = fingerprints.references(image, table, {"g": (GLOBAL, 64)})
    assert found == {"g": {(CALLEE, 3): 8}}  # the other function is not the runtime's


OPTIONS = (
    ("-ldflags=-s -w",),
    ("-ldflags=-s -w", "-buildmode=pie"),
    ("-ldflags=-s", "-trimpath"),
)


@pytest.mark.real_go
@pytest.mark.parametrize("flags", OPTIONS, ids=" ".join)
@pytest.mark.parametrize("version", ["1.21.13", "1.22.10", "1.27.3"])
def test_another_real_program_has_its_globals_where_its_symbols_say(
    version: str, flags: tuple[str, ...]
) -> None:
    """The program is none of those that the table was made from; its twin with symbols judges."""
    row = runtime_table.of_version(version)
    assert row is not None
    toolchain = obtain(version)
    code = tuple(flag for flag in flags if not flag.startswith("-ldflags"))
    wanted = {name: one.references for name, one in row.globals.items()}
    with build(PROGRAM, toolchain, BuildOptions(flags=flags)).open("rb") as file:
        image = elf_image.read(memoryview(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)))
    found = fingerprints.resolve(image, pclntab.read(image.data, image.elf), wanted)
    with build(PROGRAM, toolchain, BuildOptions(flags=code)).open("rb") as file:
        twin = elf_image.read(memoryview(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)))
    judged = fingerprints.resolve(twin, pclntab.read(twin.data, twin.elf), wanted)
    assert {name: one.address for name, one in judged.items()} == {
        name: at for name, at in twin.symbols(row.globals).items() if name in judged
    }
    assert set(found) == set(judged)
    assert set(found) >= {name for name, one in row.globals.items() if len(one.references) >= 4}
