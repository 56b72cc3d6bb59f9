"""Who in the user's code asks for memory outside of Go: maps it, calls C, locks threads."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from goom.case.binary import BinaryCalls
from goom.case.ebpf_found import StillMapped
from goom.case.evidence import Profiles
from goom.case.profile import Frame, Profile
from goom.case.subject import Subject
from goom.case.units import MIB, bytes_text
from goom.case.verdict import Blame
from goom.rooms import signal
from goom.signals.attribution import attribute
from goom.signals.ebpf.mappings import OUTSIDE
from goom.signals.frames import STANDARD, is_own, owner_of, user_frames
from goom.signals.stack_search import samples_with

_MAPS = (
    "syscall.Mmap",
    "syscall.(*mmapper).Mmap",
    "syscall.mmap",
    "golang.org/x/sys/unix.Mmap",
    "golang.org/x/sys/unix.(*mmapper).Mmap",
)
_RAW = ("syscall.Syscall", "syscall.Syscall6", "syscall.RawSyscall6")
_PROFILED = (
    "syscall.Mmap",
    "syscall.(*mmapper).Mmap",
    "syscall.mmap",
    "golang.org/x/sys/unix.",
    "runtime.cgocall",
)
_LEAST_HELD_BYTES = 1 * MIB  # that one stack has mapped and not unmapped
_OFTEN, _IN_USE_SHARE = 3, 0.1  # mapped and unmapped again, but for what is in use
_INNERMOST = 12  # locations of a stack in which a call to the outside is looked for


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class OutsideCallers:
    """Likely first. A profile proves that a place ran; the binary only that it can."""

    blame: tuple[Blame, ...]
    source: str


@signal
def outside_callers(
    subject: Subject,
    binary: BinaryCalls | None,
    profiles: Profiles | None,
    mapped: StillMapped | None = None,
) -> OutsideCallers | None:
    """What eBPF saw mapping memory that is still mapped, then CPU profiles (mmap, cgo and what
    touches the pages), then the calls in the binary.
    """
    held = _holding(subject, mapped) if mapped is not None else {}
    seen = _profiled(subject, profiles.of("cpu", "goroutine", "threadcreate") if profiles else ())
    static = _static(subject, binary) if binary is not None else {}
    total = sum(seen.values())
    rows = dict(held)
    for frame, count in seen.most_common(4):
        why = "was seen mapping memory or calling C"
        rows.setdefault(frame.function, _blame(frame, count / total, why))
    for frame, why in static.items():
        rows.setdefault(frame.function, _blame(frame, nan, why))  # it can, not: so much of it
    if not rows:
        return None
    source = "CPU profile" if seen else "calls in the binary"
    if held and mapped is not None:
        source = mapped.origin or "eBPF"
    return OutsideCallers(blame=tuple(rows.values())[:6], source=source)


def _blame(frame: Frame, share: float, why: str) -> Blame:
    return Blame(frame.function, frame.file, frame.line, share, why)


def _holding(subject: Subject, mapped: StillMapped) -> dict[str, Blame]:
    """The user's own function that is nearest to a mapping which is still there, largest first.

    A helper that maps for callers who unmap as well is not to blame: the caller who does not is.
    Where one stack does both, its innermost function is named.
    """
    rows = [row for row in mapped.rows if row.kind in OUTSIDE]
    returning = {
        frame.function
        for row in rows
        if row.calls >= _OFTEN and row.still_mapped_ranges <= _IN_USE_SHARE * row.calls
        for frame in row.stack
    }
    held: Counter[Frame] = Counter()
    for row in rows:
        own = [frame for frame in user_frames(row.stack, subject) if _is_written(frame)]
        telling = [frame for frame in own if frame.function not in returning] or own
        if telling:
            held[telling[0]] += row.still_mapped_bytes
    total = sum(held.values())
    return {
        frame.function: _blame(
            frame, count / total, f"mapped {bytes_text(count)} that are still mapped"
        )
        for frame, count in held.most_common(4)
        if count >= _LEAST_HELD_BYTES
    }


def _is_written(frame: Frame) -> bool:
    """Go code that somebody wrote, not C and not one of cgo's wrappers."""
    return frame.file.endswith(".go") and not _is_stub(frame.function)


def _profiled(subject: Subject, profiles: tuple[Profile, ...]) -> Counter[Frame]:
    """The user's own frames above a mapping or a call into C, by how often they were seen."""
    found: Counter[Frame] = Counter()
    for profile in profiles:
        asking = np.flatnonzero(_asks_outside(profile) & (profile.values[:, 0] > 0))
        if not len(asking):
            continue
        answering = attribute(profile, subject)
        rows, place = np.unique(answering.lines[asking], return_inverse=True)
        counts = np.bincount(place, profile.values[asking, 0].astype(np.float64))
        for row, count in zip(rows.tolist(), counts.tolist(), strict=True):
            frame = answering.line_frame(row)
            if _is_stub(frame.function):
                sample = int(asking[np.flatnonzero(answering.lines[asking] == row)[0]])
                frame = _above_stubs(profile.stack(sample), subject) or frame
            if owner_of(frame.function, frame.file, subject) != STANDARD:
                found[frame] += count
    return found


def _is_stub(function: str) -> bool:
    """A wrapper that cgo generates, not a function that somebody wrote."""
    return "_Cfunc_" in function or "_cgo" in function


def _above_stubs(stack: tuple[Frame, ...], subject: Subject) -> Frame | None:
    """The user's own function that called into C through a generated wrapper."""
    own = (frame for frame in user_frames(stack, subject) if not _is_stub(frame.function))
    return next(own, None)


def _asks_outside(profile: Profile) -> NDArray[np.bool_]:
    """Samples with a mapping or a call into C among their innermost locations."""
    asks = np.array([name.startswith(_PROFILED) for name in profile.functions], dtype=bool)
    return samples_with(profile, asks, innermost=_INNERMOST)


def _static(subject: Subject, binary: BinaryCalls) -> dict[Frame, str]:
    """The user's own callers, mmap before cgo before bare system calls."""
    found: dict[Frame, str] = {}
    kinds = (
        (binary.of(*_MAPS), "maps memory outside of Go (mmap)"),
        (binary.of_cgo(), "calls C (cgo)"),
        (binary.of(*_RAW), "makes system calls of its own"),
        (binary.of("runtime.LockOSThread"), "locks threads to goroutines"),
    )
    for frames, why in kinds:
        for frame in frames:
            if is_own(frame.function, frame.file, subject) and not _is_stub(frame.function):
                found.setdefault(frame, why)
    return found
