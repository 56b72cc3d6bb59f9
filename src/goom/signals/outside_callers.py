"""Who in the user's code asks for memory outside of Go: maps it, calls C, locks threads."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from goom.case.binary import BinaryCalls
from goom.case.evidence import Profiles
from goom.case.profile import Frame, Profile
from goom.case.subject import Subject
from goom.case.verdict import Blame
from goom.rooms import signal
from goom.signals.frames import is_own, user_frames

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


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class OutsideCallers:
    """Likely first. A profile proves that a place ran; the binary only that it can."""

    blame: tuple[Blame, ...]
    source: str


@signal
def outside_callers(
    subject: Subject, binary: BinaryCalls | None, profiles: Profiles | None
) -> OutsideCallers | None:
    """CPU profiles first (mmap, cgo and what touches the pages), then the calls in the binary."""
    seen = _profiled(subject, profiles.of("cpu", "goroutine", "threadcreate") if profiles else ())
    static = _static(subject, binary) if binary is not None else {}
    total = sum(seen.values())
    rows: dict[str, Blame] = {}
    for frame, count in seen.most_common(4):
        why = "was seen mapping memory or calling C"
        rows[frame.function] = _blame(frame, count / total, why)
    for frame, why in static.items():
        rows.setdefault(frame.function, _blame(frame, 1.0 / len(static), why))
    ordered = sorted(rows.values(), key=lambda row: not any(_same(row, frame) for frame in static))
    if not ordered:
        return None
    return OutsideCallers(
        blame=tuple(ordered[:6]), source="CPU profile" if seen else "calls in the binary"
    )


def _same(row: Blame, frame: Frame) -> bool:
    return row.function == frame.function


def _blame(frame: Frame, share: float, why: str) -> Blame:
    return Blame(frame.function, frame.file, frame.line, share, why)


def _profiled(subject: Subject, profiles: tuple[Profile, ...]) -> Counter[Frame]:
    found: Counter[Frame] = Counter()
    for profile in profiles:
        for sample, value in enumerate(profile.values[:, 0].tolist()):
            place = _outside_place(profile.stack(sample), subject)
            if place is not None:
                found[place] += value
    return found


def _outside_place(stack: tuple[Frame, ...], subject: Subject) -> Frame | None:
    """The user's own frame above a mapping or a call into C, None for any other stack."""
    if not any(frame.function.startswith(_PROFILED) for frame in stack[:12]):
        return None
    mine = user_frames(stack, subject)
    return mine[0] if mine else None


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
            stub = "_Cfunc_" in frame.function or "_cgo" in frame.function
            if is_own(frame.function, frame.file, subject) and not stub:
                found.setdefault(frame, why)
    return found
