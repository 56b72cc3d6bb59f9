"""Reads the runtime's layouts from real toolchains, and writes the table that X-ray uses.

    python -m goom.golang.runtime_layouts                  every toolchain in the cache
    python -m goom.golang.runtime_layouts 1.21.13 1.28     these, obtained when needed
    python -m goom.golang.runtime_layouts /usr/lib/go-1.19 a GOROOT

For each it builds two small programs (one of them position-independent too), reads the layouts from
the DWARF, and keeps as fingerprints the references to globals that all of them have at the same
place. It writes ``formats/runtime_layouts/VERSION.json``.
"""

from __future__ import annotations

import mmap
import struct
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import goom
from goom.case.errors import BadInput
from goom.formats import dwarf_layout, elf_image, fingerprints, pclntab
from goom.formats.dwarf_layout import GoDwarf, Variable
from goom.formats.elf_image import Image
from goom.formats.fingerprints import Reference
from goom.formats.go_layout import Shape, Struct
from goom.formats.runtime_table import Global, RuntimeTable, release_of, to_json
from goom.golang.build import BuildOptions, build
from goom.golang.toolchain import Toolchain, cached_versions, obtain

DATA = Path(goom.__file__).parent / "formats" / "runtime_layouts"
_PROGRAMS = Path(__file__).parent / "layout_programs"
_PIE = BuildOptions(flags=("-buildmode=pie",))
_MOST_REFERENCES = 14  # of each global
_BY_VALUE = ("runtime.", "internal/", "runtime/internal/", "struct {", "[")

TYPES = tuple(
    f"runtime.{name}"
    for name in (
        "_defer", "_func", "_panic", "_type", "bmap", "bucket", "consistentHeapStats", "eface",
        "fixalloc", "funcval", "g", "gcBits", "gcCPULimiterState", "gcControllerState", "gcWork",
        "gobuf", "hchan", "heapArena", "heapStatsDelta", "hmap", "iface", "lfstack", "m", "mcache",
        "mcentral", "memRecord", "memRecordCycle", "mheap", "moduledata", "mspan", "mSpanList",
        "mstats", "mutex", "p", "pageAlloc", "pageCache", "pcHeader", "schedt", "semaRoot",
        "special", "specialfinalizer", "stack", "stackfreelist", "sudog", "timeTimer", "timer",
        "timers", "waitq", "workbuf", "workType",
    )
)  # fmt: skip
GLOBALS = tuple(
    f"runtime.{name}"
    for name in (
        "MemProfileRate", "allfin", "allglen", "allgptr", "allgs", "allm", "allp", "bbuckets",
        "debug", "firstmoduledata", "forcegc", "gcBlackenEnabled", "gcController",
        "gcCPULimiter", "gcphase", "gomaxprocs", "lastmoduledatap", "m0", "g0", "mProfCycle",
        "mbuckets", "memstats", "mheap_", "modulesSlice", "ncpu", "numCPUStartup",
        "runtimeInitTime", "scavenge", "sched", "semtable", "stackLarge", "stackpool", "sweep",
        "waitReasonStrings", "work", "writeBarrier", "xbuckets",
    )
)  # fmt: skip


def read_table(toolchain: Toolchain) -> RuntimeTable:
    """What one toolchain compiles."""
    with _opened(build(_PROGRAMS / "linked", toolchain)) as image:
        dwarf = dwarf_layout.read(image)
        variables = dwarf.variables(GLOBALS)
        shapes = _closure(dwarf, variables)
        reasons = _texts(image, variables["runtime.waitReasonStrings"])
        programs = [_seen(image, variables)]
    for name, options in (("linked", _PIE), ("bare", BuildOptions()), ("bare", _PIE)):
        with _opened(build(_PROGRAMS / name, toolchain, options)) as image:
            programs.append(_seen(image, variables))
    return RuntimeTable(
        source=toolchain.version,
        shapes=shapes,
        globals={
            name: Global(one.size_bytes, one.type, common(name, programs))
            for name, one in variables.items()
        },
        wait_reasons=reasons,
    )


@contextmanager
def _opened(path: Path) -> Iterator[Image]:
    with path.open("rb") as file:
        yield elf_image.read(memoryview(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)))


@dataclass(frozen=True, slots=True)
class Seen:
    """One program's references to globals, (function, offset) to delta, and all its functions."""

    references: Mapping[str, Mapping[tuple[str, int], int]]
    functions: frozenset[str]


def _seen(image: Image, variables: Mapping[str, Variable]) -> Seen:
    places = image.symbols(variables)
    ranges = {name: (at, max(variables[name].size_bytes, 1)) for name, at in places.items()}
    table = pclntab.read(image.data, image.elf)
    return Seen(fingerprints.references(image, table, ranges), frozenset(table.names()))


def common(name: str, programs: Sequence[Seen]) -> tuple[Reference, ...]:
    """References that every program has which has the function: of as many functions as there are.

    What is in the functions of every program comes first. Bytes that lead to a global by chance do
    so in one program only.
    """
    first, *others = programs
    agreed = [
        Reference(function, offset, delta)
        for (function, offset), delta in first.references.get(name, {}).items()
        if all(
            other.references.get(name, {}).get((function, offset)) == delta
            or function not in other.functions
            for other in others
        )
    ]
    everywhere = frozenset.intersection(*(one.functions for one in programs))
    seen: Counter[str] = Counter()
    ranked = []
    for one in sorted(agreed, key=lambda one: (one.delta != 0, one)):
        rank = (one.function not in everywhere, seen[one.function], one.delta != 0)
        ranked.append((rank, one))
        seen[one.function] += 1
    return tuple(one for _, one in sorted(ranked)[:_MOST_REFERENCES])


def _closure(dwarf: GoDwarf, variables: Mapping[str, Variable]) -> dict[str, Shape]:
    """The wanted types and what they hold by value."""
    found: dict[str, Shape] = {}
    layouts = dwarf.layouts()
    waiting = [*TYPES, *(one.type for one in variables.values())]
    for name in waiting:  # grows while it is walked
        shape = layouts.shape(name) if name not in found else None
        if shape is None or name.startswith("[]"):
            continue
        found[name] = shape
        inner = (
            [field.type for field in shape.fields.values()]
            if isinstance(shape, Struct)
            else [shape.element]
        )
        waiting.extend(kind for kind in inner if kind.startswith(_BY_VALUE))
    return found


def _texts(image: Image, place: Variable) -> tuple[str, ...]:
    """A global array of strings."""
    headers = struct.iter_unpack("<QQ", image.bytes_at(place.address, place.size_bytes))
    return tuple(bytes(image.bytes_at(at, size)).decode() for at, size in headers)


def _toolchain(wanted: str) -> Toolchain:
    root = Path(wanted)
    if not root.is_dir():
        return obtain(wanted)
    go = root / "bin" / "go"
    answer = subprocess.run(
        [go, "env", "GOVERSION"], capture_output=True, text=True, timeout=60, check=False,
        env={"GOROOT": str(root), "GOTOOLCHAIN": "local", "HOME": str(Path.home())},
    )  # fmt: skip
    version = answer.stdout.strip().removeprefix("go")
    if not release_of(version):
        raise BadInput(f"{wanted} is no GOROOT of a released Go.")
    return Toolchain(version, root, go)


def main(wanted: Sequence[str]) -> None:
    """Write the rows of these versions, or of all in the cache."""
    DATA.mkdir(exist_ok=True)
    for name in wanted or tuple(reversed(cached_versions())):
        toolchain = _toolchain(name)
        path = DATA / f"{toolchain.version}.json"
        path.write_text(to_json(read_table(toolchain)), encoding="ascii")
        print(f"wrote {path} from Go {toolchain.version}")


if __name__ == "__main__":
    main(sys.argv[1:])
