"""Who calls what in real Go executables of three versions, and in what is torn of one."""

from __future__ import annotations

import random
import struct
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from goom.case.binary import BinaryCalls
from goom.case.errors import BadInput
from goom.formats import call_sites, elf_sections, pclntab
from goom.formats.elf_sections import ARM64
from goom.golang.build import go_environment
from goom.golang.toolchain import obtain
from goom.signals.keepers import keepers_near
from tests.formats.small_program import TEXT_AT, program

PROGRAM = Path(__file__).parent / "calls_program"
VERSIONS = ("1.21.13", "1.22.10", "1.27.3")
WAYS = {
    "plain": (),
    "stripped": ("-ldflags=-s -w",),
    "pie": ("-buildmode=pie", "-ldflags=-s -w"),
}


def built(version: str, way: str, folder: Path) -> bytes:
    toolchain = obtain(version)
    binary = folder / f"calls-{version}-{way}"
    subprocess.run(
        [toolchain.go, "build", "-buildvcs=false", *WAYS[way], "-o", binary, "."],
        cwd=PROGRAM,
        env=go_environment(toolchain),
        check=True,
    )
    return binary.read_bytes()


@pytest.fixture(scope="module")
def stripped(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return built("1.22.10", "stripped", tmp_path_factory.mktemp("calls"))


def line_of(remark: str) -> int:
    lines = (PROGRAM / "main.go").read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.endswith(f"// {remark}"))


def own(calls: BinaryCalls, *callees: str) -> list[tuple[str, str, int]]:
    return [
        (frame.function, frame.file.rpartition("/")[2], frame.line)
        for frame in calls.of(*callees)
        if frame.function.startswith("main.")
    ]


@pytest.mark.real_go
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("version", VERSIONS)
def test_callers_are_found_with_file_and_line(version: str, way: str, tmp_path: Path) -> None:
    calls = call_sites.read(memoryview(built(version, way, tmp_path)))
    assert own(calls, "sync.(*Pool).Get") == [("main.borrow", "main.go", line_of("get"))]
    assert own(calls, "sync.(*Pool).Put") == [("main.borrow", "main.go", line_of("put"))]
    # syscall.Mmap and SetMemoryLimit are inlined: their lines are another file's
    assert own(calls, *call_sites.CALLEES[2:7]) == [("main.mapped", "main.go", line_of("mmap"))]
    setters = "runtime/debug.SetMemoryLimit", "runtime/debug.setMemoryLimit"
    assert own(calls, *setters) == [("main.limit", "main.go", line_of("limit"))]
    keepers = keepers_near(["main.serve"], calls, None)
    assert [(one.frame.function, one.frame.line, one.what) for one in keepers] == [
        ("main.(*store).put", line_of("keep"), "a map")
    ]


@pytest.mark.real_go
def test_a_torn_executable_is_refused_or_read_but_never_more(stripped: bytes) -> None:
    data = bytearray(stripped)
    elf = elf_sections.read(memoryview(stripped))
    (sections,) = struct.unpack_from("<Q", data, 40)
    table = elf.sections[".gopclntab"]
    chance = random.Random(20)
    for _ in range(400):
        start, size = chance.choice(
            ((0, 64), (sections, 64 * 30), (table.offset, 72), (table.offset, table.size))
        )
        before: dict[int, int] = {}
        for _ in range(chance.choice((1, 2, 8))):
            place = min(start + chance.randrange(size), len(data) - 1)
            before.setdefault(place, data[place])
            data[place] = chance.choice((0, 0xFF, 0x80, 0x7F, chance.randrange(256)))
        with suppress(BadInput):
            call_sites.read(memoryview(data))
        for place, byte in before.items():
            data[place] = byte
    assert data == stripped


@pytest.mark.real_go
@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.5, 0.9, 0.9999])
def test_an_executable_that_is_cut_off_is_refused(stripped: bytes, share: float) -> None:
    with pytest.raises(BadInput):
        call_sites.read(memoryview(stripped[: int(share * len(stripped))]))


def test_calls_of_arm64_are_read() -> None:
    data = bytearray(program())
    struct.pack_into("<H", data, 18, ARM64)
    elf = elf_sections.read(memoryview(data))
    branch = 0x94000000 | 16 // 4  # BL to the next function
    struct.pack_into("<I", data, elf.sections[".text"].offset, branch)
    data[elf.sections[".gopclntab"].offset + 6] = 4  # code in steps of four bytes
    assert call_sites.read(memoryview(data)) == call_sites.read(memoryview(program()))


def test_a_call_across_two_stretches_of_code_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = call_sites.read(memoryview(program()))
    for size in range(1, 40):
        monkeypatch.setattr(call_sites, "_CODE_AT_ONCE", size)
        assert call_sites.read(memoryview(program())) == whole


def test_another_machine_is_refused_by_name() -> None:
    data = bytearray(program())
    struct.pack_into("<H", data, 18, 243)
    with pytest.raises(BadInput, match="amd64 and arm64"):
        call_sites.read(memoryview(data))


def test_line_tables_that_would_take_minutes_are_refused() -> None:
    data = memoryview(program())
    table = pclntab.read(data, elf_sections.read(data))
    table.work.steps_left = 0
    with pytest.raises(BadInput, match="line tables"):
        table.place(0, TEXT_AT + 1_000)


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{}", b'{"callers": 1}', b'{"callers": {"a": [[1]]}}', b"\xff", b"[" * 99_999,
     b'{"callers": {"a": [["f", "g", "no line"]]}}', b'{"callers": {"a": "xyz"}}'],
)  # fmt: skip
def test_anything_else_in_its_place_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput):
        call_sites.from_json(data)
