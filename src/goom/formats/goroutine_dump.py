"""Goroutine dumps: ``debug=2`` text, the same in a crash log, and ``debug=1`` text.

goroutine 18 [chan receive (leaked), 5 minutes, locked to thread] {svc: "x y"}:
main.(*Worker).run(0xc000012345, {0x1, 0x2})
/src/app/worker.go:48 +0x19
...3 frames elided...
created by main.start in goroutine 1
/src/app/main.go:12 +0x8e
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import nan

import numpy as np

from goom.case.errors import BadInput
from goom.case.profile import Frame, GoroutineDump
from goom.formats.legacy_profile import count_blocks

_HEADER = re.compile(
    r"^goroutine (?P<id>\d{1,19})(?: gp=\S+ m=\S+(?: mp=\S+)?)? \[(?P<state>[^\]\n]*)\]"
)
_WAIT = re.compile(r"^(\d{1,12}) minutes$")
_LINE = re.compile(r"^\s+(?P<file>.+?):(?P<line>\d{1,9})(?: \+0x[0-9a-f]+)?(?: fp=.*)?$")
_ELIDED = re.compile(r"^\.\.\.(?P<count>\d{1,9}|additional) frames elided\.\.\.$")
_CREATED = re.compile(r"^created by (?P<function>.+?)(?: in goroutine \d+)?$")
_MARKS = re.compile(r" \((?:scan|leaked|durable|synctest)\)")
_TOTAL = re.compile(r"^(?:goroutine|goroutineleak) profile: total \d+$", re.MULTILINE)
_HINT = "A dump comes from  curl -o goroutines.txt 'http://HOST/debug/pprof/goroutine?debug=2'"
_NOBODY = Frame("", "", 0)


@dataclass(slots=True)
class _Goroutine:
    """One goroutine while it is read."""

    id: int = 0
    state: str = ""
    minutes: int = 0
    leaked: bool = False
    locked: bool = False
    count: int = 1
    frames: list[Frame] = field(default_factory=list)
    creator: Frame = _NOBODY
    elided: int = 0
    arguments: list[str] = field(default_factory=list)


def parse(text: str, *, origin: str = "", taken_at_seconds: float = nan) -> GoroutineDump:
    """Read either text form; lines that belong to no goroutine are passed over."""
    if _TOTAL.search(text, 0, 4096):
        return parse_counts(text, origin=origin, taken_at_seconds=taken_at_seconds)
    return _columns(list(_goroutines(text)), origin, taken_at_seconds)


def parse_counts(text: str, *, origin: str = "", taken_at_seconds: float = nan) -> GoroutineDump:
    """Read ``debug=1`` text: each group is all goroutines with one stack and one set of labels."""
    groups = [
        _Goroutine(count=block.count, frames=list(block.frames)) for block in count_blocks(text)
    ]
    return _columns(groups, origin, taken_at_seconds)


def _goroutines(text: str) -> Iterator[_Goroutine]:
    current: _Goroutine | None = None
    function = ""
    created = False
    for line in text.splitlines():
        if line.startswith("goroutine ") and (header := _HEADER.match(line)):
            if current is not None:
                yield current
            current, function, created = _opened(header), "", False
        elif current is None:
            continue
        elif not line.strip():
            yield current
            current = None
        elif line[0] in "\t ":
            place = _LINE.match(line)
            if place and function:
                frame = Frame(function, place["file"], int(place["line"]))
                _add(current, frame, created=created)
            function = ""
        else:
            function, created = _function(line, current)
    if current is not None:
        yield current


def _opened(header: re.Match[str]) -> _Goroutine:
    state, *rest = header["state"].split(", ")
    waits = [int(found[1]) for part in rest if (found := _WAIT.match(part))]
    return _Goroutine(
        id=_bounded(int(header["id"])),
        state=_MARKS.sub("", state),
        minutes=waits[0] if waits else 0,
        leaked="(leaked)" in state,
        locked="locked to thread" in rest,
    )


def _function(line: str, current: _Goroutine) -> tuple[str, bool]:
    """The function that a line names, and whether it is the creator; "" for another line."""
    if line.startswith("created by ") and (creator := _CREATED.match(line)):
        return creator["function"], True
    if line.startswith("...") and (elided := _ELIDED.match(line)):
        known = elided["count"].isdigit()
        current.elided = _bounded(current.elided + (int(elided["count"]) if known else 1))
        return "", False
    name, parenthesis, words = line.rpartition("(")
    if not parenthesis or not line.endswith(")"):
        return "", False
    current.arguments.append(words[:-1])
    return name, False


def _add(current: _Goroutine, frame: Frame, *, created: bool) -> None:
    if created:
        current.creator = frame
    else:
        current.frames.append(frame)


def _words(arguments: list[str]) -> str:
    """What the frames were called with, leaf first; "" when nothing of it is known."""
    return "" if all(one in ("", "...") for one in arguments) else "; ".join(arguments)


def _bounded(number: int) -> int:
    return min(number, (1 << 63) - 1)


def _columns(groups: list[_Goroutine], origin: str, taken_at_seconds: float) -> GoroutineDump:
    if not groups:
        raise BadInput(f"{origin or 'the text'} holds no goroutine.", _HINT)
    stacks: dict[tuple[Frame, ...], int] = {}
    stack_ids = [stacks.setdefault(tuple(one.frames), len(stacks)) for one in groups]
    return GoroutineDump(
        taken_at_seconds=taken_at_seconds,
        ids=np.array([one.id for one in groups], np.int64),
        counts=np.array([one.count for one in groups], np.int64),
        states=tuple(one.state for one in groups),
        wait_minutes=np.array([one.minutes for one in groups], np.int64),
        leaked=np.array([one.leaked for one in groups], np.bool_),
        locked_to_thread=np.array([one.locked for one in groups], np.bool_),
        stack_ids=np.array(stack_ids, np.int32),
        stacks=tuple(stacks),
        created_by=tuple(one.creator for one in groups),
        elided_frames=np.array([one.elided for one in groups], np.int64),
        arguments=tuple(_words(one.arguments) for one in groups),
        origin=origin,
    )
