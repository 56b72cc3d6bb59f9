"""What the page draws: the case's document, its flame graphs and its collections, in columns."""

from __future__ import annotations

from math import nan

import numpy as np

from goom.case.document import document, plain
from goom.case.drawing import FlameGraphs, FlameTree, Floats
from goom.case.gctrace import GCCycles, GCTrace, Ints
from goom.case.model import Case
from goom.renderers.page import readable

_CYCLES_SHOWN = 600
_LONGEST_TEXT = 400
_MOST = 2.0**62  # JSON readers know no more


def page_data(case: Case) -> object:
    """Plain objects for the page's script; names are written out and cut where absurdly long."""
    graphs = case.signals.get(FlameGraphs)
    trees = graphs.all if isinstance(graphs, FlameGraphs) else ()
    trace = case.evidence.gctrace
    data = {
        **document(case),
        "flames": [_flame(tree) for tree in trees],
        "collections": _collections(trace) if trace is not None and len(trace.cycles) else None,
    }
    return readable(data, _LONGEST_TEXT)


def _flame(tree: FlameTree) -> dict[str, object]:
    return {
        "key": tree.key,
        "label": tree.label,
        "unit": tree.unit,
        "note": tree.note,
        "origin": tree.origin,
        "functions": list(tree.functions),
        "files": list(tree.files),
        "parent": plain(tree.parent),
        "function": plain(tree.function),
        "line": plain(tree.line),
        "total": _whole(tree.total),
        "own": _whole(tree.own),
        "net": _whole(tree.net),
    }


def _whole(values: Floats) -> object:
    return plain(np.clip(np.nan_to_num(values), -_MOST, _MOST).round().astype(np.int64))


def _collections(trace: GCTrace) -> dict[str, object]:
    """The cycles of the log's busiest process, evenly thinned when there are very many."""
    cycles = trace.cycles
    own = np.flatnonzero(cycles.process == np.bincount(cycles.process).argmax())
    step = -(-len(own) // _CYCLES_SHOWN)
    shown = own[::step]
    names = [name for name in GCCycles.__dataclass_fields__ if name != "process"]
    columns = {name: plain(_rounded(getattr(cycles, name)[shown])) for name in names}
    malformed = [[line, why] for line, why in trace.malformed_lines[:20]]
    return {
        "summary": _summary(cycles, own),
        "count": len(own),
        "every": step,
        "processes": len(np.unique(cycles.process)),
        "malformed_count": trace.malformed_count,
        "malformed": malformed,
        "go_fatal": trace.go_fatal,
        "started_at_seconds": plain(trace.started_at_seconds),
        "columns": columns,
    }


def _summary(cycles: GCCycles, own: Ints) -> dict[str, object]:
    """What the cycles come to, all of them, however many are drawn."""
    stops = np.concatenate(
        (cycles.sweep_termination_seconds[own], cycles.mark_termination_seconds[own])
    )
    assist = float(cycles.assist_cpu_seconds[own].sum())
    marking = assist + float(cycles.background_cpu_seconds[own].sum())
    at = cycles.at_seconds[own]
    return {
        "forced": int(cycles.forced[own].sum()),
        "every_seconds": plain(float(at[-1] - at[0]) / max(len(own) - 1, 1)),
        "longest_stop_seconds": plain(float(stops.max())),
        "median_stop_seconds": plain(float(np.median(stops))),
        "longest_mark_seconds": plain(float(cycles.mark_seconds[own].max())),
        "assist_fraction": plain(assist / marking if marking > 0 else nan),
        "gc_cpu_fraction": plain(float(cycles.gc_cpu_fraction[own[-1]])),
    }


def _rounded(column: Floats) -> Floats:
    return column.round(9) if column.dtype.kind == "f" else column
