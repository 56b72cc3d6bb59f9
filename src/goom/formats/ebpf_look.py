"""``goom.ebpf/1``: what eBPF saw, as it lies in a bundle and as ``goom probe --json`` prints it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from math import isfinite, nan

import msgspec
import numpy as np
from numpy.typing import NDArray

from goom.case.ebpf import CALLS, FIGURES, KINDS, EbpfCost, EbpfLook
from goom.case.errors import BadInput
from goom.case.profile import Frame

SCHEMA = "goom.ebpf/1"
_MOST_LOOKS, _MOST_EVENTS, _MOST_FRAMES = 100, 2_000_000, 4_000_000
_WORD = 1 << 63


class _Look(msgspec.Struct, kw_only=True):
    """A look as JSON; columns of equal length, stacks as indices into ``frames``."""

    kind: str
    pid: int
    began_at_seconds: float
    seconds: float
    stopped: str
    lost: int
    cost: dict[str, float | None]
    heap_end: int = 0
    calls: list[str]
    call_ids: list[int]
    at_seconds: list[float]
    figures: list[list[int]]
    stack_ids: list[int]
    frames: list[tuple[str, str, int]]
    stacks: list[list[int]]
    notes: list[str] = []


class _Document(msgspec.Struct):
    schema: str
    looks: list[_Look]


def to_json(looks: Sequence[EbpfLook], found: object = None) -> bytes:
    """The document; ``found`` is what was derived, for whoever reads it without goom."""
    document: dict[str, object] = {"schema": SCHEMA, "looks": [_stored(look) for look in looks]}
    if found is not None:
        document["found"] = found
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"


def from_json(data: bytes, origin: str = "") -> tuple[EbpfLook, ...]:
    """The inverse; BadInput for anything that does not add up."""
    try:
        document = msgspec.json.decode(data, type=_Document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise BadInput(f"it is not what goom writes of eBPF: {error}") from None
    if document.schema != SCHEMA:
        raise BadInput(f"it is of schema {document.schema[:40]}, and this goom reads {SCHEMA}")
    if len(document.looks) > _MOST_LOOKS:
        raise BadInput("it holds more looks than goom writes")
    return tuple(_look(stored, origin) for stored in document.looks)


def _stored(look: EbpfLook) -> dict[str, object]:
    frames: dict[Frame, int] = {}
    stacks = [[frames.setdefault(frame, len(frames)) for frame in stack] for stack in look.stacks]
    widths = [len(CALLS[look.calls[call]]) for call in look.call_ids.tolist()]
    rows = zip(look.figures.tolist(), widths, strict=True)
    return {
        "kind": look.kind,
        "pid": look.pid,
        "began_at_seconds": look.began_at_seconds,
        "seconds": look.seconds,
        "stopped": look.stopped,
        "lost": look.lost,
        "cost": {name: _known(value) for name, value in asdict(look.cost).items()},
        "heap_end": look.heap_end,
        "calls": look.calls,
        "call_ids": look.call_ids.tolist(),
        "at_seconds": [round(at, 9) for at in look.at_seconds.tolist()],
        "figures": [row[:width] for row, width in rows],
        "stack_ids": look.stack_ids.tolist(),
        "frames": list(frames),
        "stacks": stacks,
        "notes": look.notes,
    }


def _known(value: float) -> float | None:
    return value if isfinite(value) else None


def _look(stored: _Look, origin: str) -> EbpfLook:
    count = len(stored.at_seconds)
    columns = (stored.call_ids, stored.figures, stored.stack_ids)
    if count > _MOST_EVENTS or any(len(column) != count for column in columns):
        raise BadInput("its columns are not of one length")
    if stored.kind not in KINDS or any(call not in CALLS for call in stored.calls):
        raise BadInput("it tells of a kind of look or call that this goom does not know")
    if sum(map(len, stored.stacks)) > _MOST_FRAMES:
        raise BadInput("its stacks are longer than any that goom writes")
    _within("a call", stored.call_ids, 0, len(stored.calls))
    _within("a stack", stored.stack_ids, -1, len(stored.stacks))
    for stack in stored.stacks:
        _within("a frame", stack, 0, len(stored.frames))
    if not all(map(isfinite, (stored.began_at_seconds, stored.seconds, *stored.at_seconds))):
        raise BadInput("its times are no numbers")
    frames = [Frame(*frame) for frame in stored.frames]
    return EbpfLook(
        kind=stored.kind,
        pid=stored.pid,
        began_at_seconds=stored.began_at_seconds,
        seconds=stored.seconds,
        stopped=stored.stopped,
        lost=stored.lost,
        cost=_cost(stored.cost),
        heap_end=stored.heap_end,
        calls=tuple(stored.calls),
        call_ids=np.array(stored.call_ids, dtype=np.int32),
        at_seconds=np.array(stored.at_seconds, dtype=np.float64),
        figures=_figures(stored),
        stack_ids=np.array(stored.stack_ids, dtype=np.int32),
        stacks=tuple(tuple(frames[row] for row in stack) for stack in stored.stacks),
        notes=tuple(stored.notes),
        origin=origin,
    )


def _figures(stored: _Look) -> NDArray[np.int64]:
    """As many figures of each event as its call has; a newer goom may say more."""
    table = np.zeros((len(stored.figures), FIGURES), dtype=np.int64)
    widths = [len(CALLS[call]) for call in stored.calls]
    for place, (call, row) in enumerate(zip(stored.call_ids, stored.figures, strict=True)):
        if any(not -_WORD <= value < _WORD for value in row):
            raise BadInput("its figures are none that a kernel says")
        known = row[: widths[call]]
        table[place, : len(known)] = known
    return table


def _within(what: str, indices: list[int], low: int, high: int) -> None:
    if indices and not (low <= min(indices) and max(indices) < high):
        raise BadInput(f"it names {what} that it does not hold")


def _cost(stored: dict[str, float | None]) -> EbpfCost:
    def figure(name: str) -> float:
        value = stored.get(name)
        return nan if value is None else float(value)

    hits = figure("hits")
    return EbpfCost(
        hits=int(hits) if isfinite(hits) else 0,
        charged_seconds=figure("charged_seconds"),
        budget_fraction=figure("budget_fraction"),
        tracer_cpu_seconds=figure("tracer_cpu_seconds"),
        subject_cpu_before=figure("subject_cpu_before"),
        subject_cpu_during=figure("subject_cpu_during"),
    )
