"""Attaches to a running Go process, stripped or not: nothing is stopped, injected or written.

What is needed is where the runtime keeps its globals and how its types are laid out:

- addresses from the symbol table, else (stripped) from the code that uses them (fingerprints.py);
- layouts from the table when it has the program's very version, which costs nothing; else from the
  program's own DWARF; of a stripped program from the nearest rows of its release.

Either is believed only when the process's own figures then agree with each other (_doubt). A
release without a row and a program without DWARF are refused: there is no nearest layout.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from goom.case.errors import BadInput
from goom.case.names import harmless
from goom.case.xray import XrayTarget
from goom.formats import dwarf_layout, fingerprints, runtime_table
from goom.formats.go_layout import Layouts
from goom.formats.runtime_table import RuntimeTable
from goom.sources import procfs
from goom.sources.process_memory import ProcessMemory, UnreadableError
from goom.sources.xray import fields
from goom.sources.xray.program import Program, load_bias, open_program
from goom.sources.xray.state import Sampler
from goom.sources.xray.target import Target

_END_OF_USER = 1 << 47
_HIGHEST_GOGC = 1 << 31


@dataclass(frozen=True, slots=True, kw_only=True)
class _Knowledge:
    """One way to know the runtime: layouts, types and file addresses of its globals."""

    layouts: Layouts
    types: Mapping[str, str]
    addresses: Mapping[str, int]
    wait_reasons: tuple[str, ...]
    layouts_from: str
    addresses_from: str


def attach(pid: int) -> Target:
    """Find everything that samples need; BadInput says in a sentence why not, and what to type."""
    began = time.perf_counter()
    program = open_program(pid)
    memory = ProcessMemory(pid)
    try:
        bias = load_bias(pid, program.image)
        reasons = []
        for knowledge in _ways(program):
            target = _target(memory, program, knowledge, bias)
            doubt = _doubt(target)
            if not doubt:
                return _finished(target, began)
            reasons.append(f"{knowledge.layouts_from}, {knowledge.addresses_from}: {doubt}")
        raise _unknown(pid, program, reasons)
    except BaseException:
        memory.close()
        program.give_back()
        raise


def _finished(target: Target, began: float) -> Target:
    """What is known only now: the reasons of a version without a row, and how long it took."""
    reasons = target.wait_reasons or target.strings("runtime.waitReasonStrings")
    about = replace(target.about, attach_seconds=time.perf_counter() - began)
    return replace(target, about=about, wait_reasons=reasons)


def _ways(program: Program) -> Iterator[_Knowledge]:
    """How to know the runtime, best first: a row of the very version, its DWARF, near rows."""
    version = program.build.go_version
    rows = runtime_table.rows_of(version)
    exact = [row for row in rows if row.source == version and not program.experiment]
    for row in exact:
        yield from _by_table(program, row)
    with suppress(BadInput):
        yield _by_dwarf(program)
    for row in rows:
        if row not in exact:
            yield from _by_table(program, row)


def _by_table(program: Program, table: RuntimeTable) -> Iterator[_Knowledge]:
    types = {name: one.type for name, one in table.globals.items()}
    said = f"the table of Go {table.source}"

    def knowledge(addresses: Mapping[str, int], addresses_from: str) -> _Knowledge:
        return _Knowledge(
            layouts=table.layouts(), types=types, addresses=addresses,
            wait_reasons=table.wait_reasons, layouts_from=said, addresses_from=addresses_from,
        )  # fmt: skip

    symbols = program.image.symbols(types)
    if symbols:
        yield knowledge(symbols, "symbols")
    wanted = {name: one.references for name, one in table.globals.items()}
    found = fingerprints.resolve(program.image, program.functions(), wanted)
    yield knowledge({name: one.address for name, one in found.items()}, "fingerprints")


def _by_dwarf(program: Program) -> _Knowledge:
    found = dwarf_layout.read(program.image)
    newest = runtime_table.of_version(runtime_table.releases()[-1])
    variables = found.variables(newest.globals if newest else fields.NEEDED)
    return _Knowledge(
        layouts=found.layouts(),
        types={name: one.type for name, one in variables.items()},
        addresses={name: one.address for name, one in variables.items()},
        wait_reasons=(),
        layouts_from="DWARF",
        addresses_from="DWARF",
    )


def _target(memory: ProcessMemory, program: Program, knowledge: _Knowledge, bias: int) -> Target:
    return Target(
        memory=memory,
        build=program.build,
        layouts=knowledge.layouts,
        addresses={name: at + bias for name, at in knowledge.addresses.items()},
        types=knowledge.types,
        wait_reasons=knowledge.wait_reasons,
        bias=bias,
        read_functions=program.functions,
        read_file=program.image.bytes_at,
        give_back=program.give_back,
        about=XrayTarget(
            pid=memory.pid,
            go_version=program.build.go_version,
            path=program.build.path,
            module=program.build.module,
            experiment=program.experiment,
            is_position_independent=program.image.is_position_independent,
            layouts_from=knowledge.layouts_from,
            addresses_from=knowledge.addresses_from,
            attach_seconds=0.0,
        ),
    )


def _doubt(target: Target) -> str:
    """Why this knowledge is not to be believed; "" when the process's figures bear it out."""
    missing = [name for name in fields.NEEDED if name not in target.addresses]
    if missing:
        return f"no {', '.join(missing)}"
    try:
        sample = Sampler(target).sample()
    except UnreadableError as error:
        if not procfs.is_alive(target.pid):
            raise
        return error.message
    except BadInput as error:
        return error.message
    if sample.torn:
        return f"not {sample.torn[0].rule}"
    pacer, memory, collector = sample.pacer, sample.memory, sample.collector
    holds = (
        (0 < memory.heap_in_use_bytes < _END_OF_USER, "no heap in use"),
        (-1 <= pacer.gogc_percent < _HIGHEST_GOGC, "GOGC is no percentage"),
        (0 < memory.mspan_in_use_bytes <= memory.mspan_sys_bytes, "span structs do not add up"),
        (0 < memory.mcache_in_use_bytes <= memory.mcache_sys_bytes, "mcaches do not add up"),
        (pacer.memory_limit_bytes >= 0, "GOMEMLIMIT is negative"),
        (collector.phase != "unknown", "the collector is in no known phase"),
        (0 <= collector.started_cycles - collector.cycles <= 1, "cycles do not count up"),
        (0 < sample.procs <= 1 << 16, "GOMAXPROCS is no count"),
        (sample.goroutines < 1 << 40, "the goroutines are no count"),
        (0 <= pacer.limiter_fill_fraction <= 1, "the CPU limiter's bucket overflows"),
    )
    return next((sentence for well, sentence in holds if not well), "")


def _unknown(pid: int, program: Program, reasons: list[str]) -> BadInput:
    version = program.build.go_version
    known = ", ".join(runtime_table.releases())
    release = runtime_table.release_of(version)
    if release not in runtime_table.releases():
        return BadInput(
            f"process {pid} was built by Go {version}, whose layouts goom's table has not, and the "
            "program carries no DWARF that would say them.",
            f"The table has Go {known}. Build without -ldflags '-s -w', or read its endpoint:  "
            f"goom capture {pid}",
        )
    why = "; ".join(reasons) or "nothing was found in it"
    if program.experiment:
        return BadInput(
            f"process {pid} was built with GOEXPERIMENT={harmless(program.experiment)}, so that "
            f"goom's table of Go {release} does not fit ({why}).",
            "Build it without -ldflags '-s -w': then its own DWARF says where things are.",
        )
    return BadInput(
        f"process {pid} (Go {version}) does not look as Go {release} builds programs ({why}).",
        "Was it built with -gcflags '-N -l', by another compiler, or packed? Build it without "
        f"-ldflags '-s -w', or read its endpoint:  goom capture {pid}",
    )
