"""The ledger over time, for drawing: the same split at every moment for which there is enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isnan, nan

import numpy as np
from numpy.typing import NDArray

from goom.case.evidence import Evidence
from goom.case.ledger import LEDGER_KEYS, LedgerHistory
from goom.case.series import Series
from goom.case.subject import Subject
from goom.rooms import signal
from goom.signals.go_memory import GoMemory
from goom.signals.ledger.moment import Moment, anonymous_bytes, end_of_life, others_bytes
from goom.signals.ledger.physical import GO_ONLY, Charge, charge_of
from goom.signals.ledger.split import Split, split_of
from goom.signals.regions import Regions

Floats = NDArray[np.float64]
_MOST_MOMENTS = 160
_BEYOND_SECONDS = 2.0  # how long before the first and after the last look a table still speaks


@dataclass(frozen=True, slots=True)
class _Table:
    """A series brought to the history's moments; nan where it does not speak."""

    columns: Mapping[str, Floats]

    def at(self, index: int) -> dict[str, float]:
        row = {name: float(column[index]) for name, column in self.columns.items()}
        return {} if all(isnan(value) for value in row.values()) else row


@signal
def ledger_history(
    evidence: Evidence, memory: GoMemory | None, regions: Regions | None
) -> LedgerHistory | None:
    """Layers by LEDGER_KEYS in bytes, unexplained included; what is always 0 is left out."""
    times = _moments(evidence, memory)
    if len(times) < 2:
        return None
    rows = list(_rows(evidence, memory, regions, times))
    kept = [(time, row) for time, row in zip(times, rows, strict=True) if row]
    if len(kept) < 2:
        return None
    layers = {key: np.array([row[key] for _, row in kept]) for key in LEDGER_KEYS}
    return LedgerHistory(
        time_seconds=np.array([time for time, _ in kept]),
        layers={key: layer for key, layer in layers.items() if np.any(layer != 0)},
    )


def layers_of(split: Split, charge: Charge, procs: int) -> dict[str, float]:
    """Bytes by key; they sum to the charge."""
    heap = split.heap
    files = 0.0 if isnan(charge.mapped_files) else charge.mapped_files
    layers = {
        "heap_live": heap.live,
        "heap_garbage": heap.garbage,
        "span_waste": heap.waste,
        "heap_free": heap.free,
        "stacks": heap.stacks,
        "heap_unsplit": heap.unsplit,
        "runtime_metadata": split.metadata,
        "outside_go": sum(part.bytes for part in split.outside),
        "other_processes": split.others,
        "files_mapped": files + split.variables,
        "page_cache": 0.0 if isnan(charge.page_cache) else charge.page_cache,
        "kernel": (0.0 if isnan(charge.kernel) else charge.kernel) + charge.ahead(procs),
    }
    return {**layers, "unexplained": charge.bytes - sum(layers.values())}


def _rows(
    evidence: Evidence, memory: GoMemory | None, regions: Regions | None, times: Floats
) -> Iterator[dict[str, float]]:
    cgroup, process = _table(evidence.cgroup, times), _table(evidence.process, times)
    go = _table(memory, times)
    others = _others(evidence.cgroup, regions, times)
    charged = cgroup.columns.get("anon_bytes")
    mapped = _mapped(regions, times, None if charged is None else charged - others)
    for index, time in enumerate(times):
        moment = Moment(
            at_seconds=float(time),
            cgroup=cgroup.at(index),
            process=process.at(index),
            regions=mapped.at(index),
            go=go.at(index),
            marked_bytes=_marked(memory, float(time)),
            others_bytes=float(others[index]),
        )
        yield _row(moment, evidence.subject)


def _row(moment: Moment, subject: Subject) -> dict[str, float]:
    charge = charge_of(moment, subject)
    if charge is None or charge.name == GO_ONLY:
        return {}
    return layers_of(split_of(moment, charge, subject), charge, subject.gomaxprocs or 1)


def _marked(memory: GoMemory | None, time: float) -> float:
    return memory.marks.holding_at(time) if memory is not None and memory.marks else nan


def _moments(evidence: Evidence, memory: GoMemory | None) -> Floats:
    """The looks at the charge while Go's own accounting speaks, thinned; all when it never does."""
    leading = evidence.cgroup if evidence.cgroup is not None else evidence.process
    if leading is None:
        return np.array([])
    times = leading.time_seconds[~np.isnan(leading.time_seconds)]
    times = times[times <= end_of_life(evidence)]
    if memory is not None and not np.isnan(memory.time_seconds).all():
        known = memory.time_seconds[~np.isnan(memory.time_seconds)]
        times = times[(times >= known[0]) & (times <= known[-1] + _BEYOND_SECONDS)]
    if len(times) <= _MOST_MOMENTS:
        return np.asarray(times)
    return np.asarray(times[np.linspace(0, len(times) - 1, _MOST_MOMENTS).astype(np.int64)])


def _table(series: Series | None, times: Floats) -> _Table:
    if series is None or not len(series) or np.isnan(series.time_seconds).all():
        return _Table({})
    return _Table(
        {
            name: _brought(series.time_seconds, column, times)
            for name, column in series.columns.items()
        }
    )


def _mapped(regions: Regions | None, times: Floats, anonymous: Floats | None) -> _Table:
    """The mappings between two looks: what the cgroup says that changed since is shared among the
    kinds as they changed from one look to the next, and is the arenas' where none did.
    """
    table = _table(regions, times)
    if regions is None or anonymous is None or not table.columns:
        return table
    names = [name for name in table.columns if name.endswith("_anon_bytes")]
    gap = anonymous - np.sum([table.columns[name] for name in names], axis=0)
    later = np.clip(np.searchsorted(regions.time_seconds, times), 1, max(len(regions) - 1, 1))
    changed = {
        name: np.abs(column[np.minimum(later, len(column) - 1)] - column[later - 1])
        for name, column in regions.columns.items()
        if name in names
    }
    whole = np.sum(list(changed.values()), axis=0)
    columns = dict(table.columns)
    for name in names:
        default = 1.0 if name == "go_heap_anon_bytes" else 0.0
        share = np.where(whole > 0, changed[name] / np.where(whole > 0, whole, 1.0), default)
        columns[name] = np.maximum(columns[name] + gap * share, 0.0)
    return _Table(columns)


def _brought(looks: Floats, column: Floats, times: Floats) -> Floats:
    known = ~np.isnan(column) & ~np.isnan(looks)
    if not known.any():
        return np.full(len(times), nan)
    at, values = looks[known], column[known]
    brought = np.interp(times, at, values)
    silent = (times < at[0] - _BEYOND_SECONDS) | (times > at[-1] + _BEYOND_SECONDS)
    return np.asarray(np.where(silent, nan, brought))


def _others(cgroup: Series | None, regions: Regions | None, times: Floats) -> Floats:
    if cgroup is None or regions is None or np.isnan(regions.time_seconds).all():
        return np.zeros(len(times))
    rows = [
        {name: float(column[look]) for name, column in regions.columns.items()}
        for look in range(len(regions))
    ]
    found = [
        others_bytes(cgroup, anonymous_bytes(row), float(moment))
        for row, moment in zip(rows, regions.time_seconds, strict=True)
    ]
    return np.interp(times, regions.time_seconds, found)
