"""Takes eBPF looks at a process and prints what they found."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from goom.case.document import plain
from goom.case.ebpf import EbpfLook
from goom.case.errors import BadInput
from goom.case.names import harmless
from goom.case.series import Mappings
from goom.cli import terminal
from goom.formats import ebpf_look, smaps
from goom.renderers import ebpf_tables, ebpf_text
from goom.renderers.text.lines import Line
from goom.signals.ebpf.collector import collector
from goom.signals.ebpf.growth import growers
from goom.signals.ebpf.mappings import account
from goom.sources import procfs
from goom.sources.ebpf import plan as ebpf_plan
from goom.sources.ebpf.looks import EbpfOptions, checked, take
from goom.sources.subject_finder import find_subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was asked for."""

    pid: str
    what: tuple[str, ...]
    for_seconds: float
    budget_fraction: float
    as_json: bool
    quiet: bool


def show(wanted: Wanted) -> int:
    """Say the cost, look, print what was found and what it did cost."""
    if not (wanted.pid.isascii() and wanted.pid.isdecimal()):
        raise BadInput(f"{wanted.pid!r} is not a process number.", "Find it:  pgrep -a NAME")
    pid = _go_program(int(wanted.pid))
    options = EbpfOptions(
        what=checked(wanted.what),
        seconds=wanted.for_seconds,
        budget_fraction=wanted.budget_fraction,
    )
    if not wanted.quiet:
        name = harmless(Path((procfs.command_line(pid) or ("process",))[0]).name)
        print("\n".join(ebpf_plan.lines(name, pid, options)), file=sys.stderr, flush=True)
    looks = take(pid, options)
    told = _as_json(looks, _mappings(pid)) if wanted.as_json else _as_text(looks, _mappings(pid))
    sys.stdout.write(told)
    return 0


def _go_program(pid: int) -> int:
    """The process itself, or the Go program that it has started (a shell, ``go run``)."""
    if not procfs.is_alive(pid):
        raise BadInput(f"there is no process {pid}.", "Find it:  pgrep -a NAME")
    found = find_subject(pid, procfs.family(pid))
    if found.binary is not None:
        found.binary.close()
    return found.pid if found.is_go else pid


def _mappings(pid: int) -> Mappings | None:
    """What is resident, now that the looks have ended; None when the process has ended too."""
    try:
        text = procfs.read_mappings(pid, "smaps")
    except OSError:
        return None
    return smaps.parse(text) if text else None


def _as_json(looks: tuple[EbpfLook, ...], mapped: Mappings | None) -> str:
    assists = next((look for look in looks if look.kind == "assists"), None)
    found: dict[str, object] = {}
    for look in looks:
        if look.kind == "mmap":
            found["still_mapped"] = plain(account(look, mapped))
        elif look.kind == "stacks":
            found["stack_growers"] = plain(growers(look))
        elif look.kind == "gc":
            found["collector"] = plain(collector(look, assists))
    return ebpf_look.to_json(looks, found).decode()


def _as_text(looks: tuple[EbpfLook, ...], mapped: Mappings | None) -> str:
    width, _ = terminal.size()
    room = ebpf_text.room(width)
    assists = next((look for look in looks if look.kind == "assists"), None)
    parts = [_table(look, assists, mapped, room) for look in looks if look.kind != "assists"]
    parts.append(ebpf_text.cost_lines(looks, room))
    return ebpf_text.render(parts, room=room, color=terminal.colors())


def _table(
    look: EbpfLook, assists: EbpfLook | None, mapped: Mappings | None, room: int
) -> list[Line]:
    if look.kind == "mmap":
        return ebpf_tables.mappings(look, account(look, mapped), room)
    if look.kind == "stacks":
        return ebpf_tables.stacks(look, growers(look), room)
    if look.kind == "gc":
        return ebpf_tables.collections(look, collector(look, assists), room)
    return ebpf_tables.oom(look, room)
