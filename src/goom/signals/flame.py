"""Flame graphs: profiles as trees of calls, small enough to draw."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

import numpy as np
from numpy.typing import NDArray

from goom.case.drawing import FlameGraphs, FlameTree, Floats
from goom.case.evidence import Profiles
from goom.case.profile import Profile
from goom.case.units import bytes_text, seconds_text
from goom.rooms import signal

Ints = NDArray[np.int64]

SMALLEST_SHARE = 0.0005
MOST_NODES = 4000
DEEPEST = 256
_MOST_LINES = 2**31 - 1
_DENSE = 8  # places in a table for each key that is looked up


@dataclass(frozen=True, slots=True, eq=False)
class _Calls:
    """Samples of one profile, or of two under one list of functions, with ``c`` values each."""

    values: Floats  # [n, c]
    first: Ints  # [n] index of the leaf's location in ``locations``
    last: Ints  # [n] index of the root's location, under ``first`` when the stack is empty
    locations: Ints
    low: Ints  # by location, into ``line_functions``
    high: Ints
    line_functions: Ints
    line_numbers: Ints
    functions: tuple[tuple[str, str], ...]  # (name, file)


@dataclass(slots=True, eq=False)
class _Nodes:
    """The tree while it grows, root first."""

    parent: Ints
    function: Ints
    line: Ints
    sums: Floats  # [nodes, c]


@signal
def flame_graphs(profiles: Profiles) -> FlameGraphs | None:
    """Live and allocated bytes, what grew between the first and the last look, and goroutines."""
    heaps = profiles.of("heap", "allocs")
    live = [one for one in heaps if _has(one, "inuse_space")]
    made = [one for one in heaps if _has(one, "alloc_space")]
    trees: list[FlameTree] = []
    if live:
        trees.append(_one(live[-1], "inuse_space", ("live_bytes", "live bytes", "bytes")))
    if made:
        name = ("allocated_bytes", "allocated bytes", "bytes")
        trees.append(_one(made[-1], "alloc_space", name))
    if len(live) > 1:
        trees.append(_growth(live[0], live[-1]))
    for one in profiles.of("goroutine")[-1:]:
        if one.sample_types:
            name = ("goroutines", "goroutines", "count")
            trees.append(_one(one, one.sample_types[0][0], name))
    drawn = tuple(tree for tree in trees if len(tree) > 1)
    return FlameGraphs(drawn) if drawn else None


def _has(profile: Profile, sample_type: str) -> bool:
    column = profile.column(sample_type)
    return column is not None and bool((column > 0).any())


def _one(profile: Profile, sample_type: str, name: tuple[str, str, str]) -> FlameTree:
    column = profile.column(sample_type)
    values = np.zeros(len(profile)) if column is None else column
    calls = _calls([profile], np.asarray(values, dtype=np.float64).reshape(-1, 1))
    nodes = _tree(calls)
    total = nodes.sums[:, 0]
    return _finished(nodes, calls, name, (total, total, ""), profile.origin)


def _growth(earlier: Profile, later: Profile) -> FlameTree:
    """Width is what grew; what shrank is said in the note, as it has no width to draw."""
    before, after = (np.asarray(p.column("inuse_space"), dtype=np.float64)
                     for p in (earlier, later))  # fmt: skip
    values = np.zeros((len(before) + len(after), 2))
    values[: len(before), 0] = before
    values[len(before) :, 1] = after
    calls = _calls([earlier, later], values)
    nodes = _tree(calls)
    net = nodes.sums[:, 1] - nodes.sums[:, 0]
    own = net - _of_children(nodes.parent, net)
    grown = _with_beneath(nodes.parent, np.maximum(own, 0.0))
    shrunk = float(np.maximum(-own, 0.0).sum())
    between = later.taken_at_seconds - earlier.taken_at_seconds
    within = "" if isnan(between) else f" in {seconds_text(between)}"
    note = (
        f"grown {bytes_text(float(grown[0]))}{within};"
        f" shrunk elsewhere, not drawn: {bytes_text(shrunk)}"
    )
    name = ("growth", "growth of live bytes", "bytes")
    origin = f"{earlier.origin} to {later.origin}"
    return _finished(nodes, calls, name, (grown, net, note), origin)


def _calls(profiles: list[Profile], values: Floats) -> _Calls:
    names: dict[tuple[str, str], int] = {}
    parts: list[tuple[Ints, ...]] = []
    lines = locations = positions = 0
    for one in profiles:
        ids = [names.setdefault(pair, len(names)) for pair in _named(one)]
        offsets, counts = one.location_offsets.astype(np.int64), np.diff(one.location_offsets)
        low = np.where(counts > 0, offsets[:-1], len(one.line_functions)) + lines
        functions = np.append(np.array(ids, dtype=np.int64)[one.line_functions], ids[-1])
        parts.append((
            one.stack_offsets[:-1] + positions,
            one.stack_offsets[1:] - 1 + positions,
            one.stack_locations.astype(np.int64) + locations,
            low,
            low + np.maximum(counts, 1),
            functions,
            np.append(np.clip(one.line_numbers, 0, _MOST_LINES), 0),
        ))  # fmt: skip
        lines += len(functions)
        locations += len(counts)
        positions += len(one.stack_locations)
    first, last, flat, low, high, functions, numbers = map(np.concatenate, zip(*parts, strict=True))
    table = tuple(names)
    return _Calls(np.maximum(values, 0.0), first, last, flat, low, high, functions, numbers, table)


def _named(profile: Profile) -> list[tuple[str, str]]:
    """Each function's name and file, and last a name for what has no symbol."""
    pairs = zip(profile.functions, profile.files, strict=True)
    return [*pairs, ("(no symbol)", "")]


def _tree(calls: _Calls) -> _Nodes:
    """Level by level from the roots: each level's samples fall into (parent, function) groups."""
    total = calls.values.sum(axis=0)
    smallest = max(float(total.max(initial=0.0)) * SMALLEST_SHARE, 1e-9)
    nodes = _Nodes(np.array([-1]), np.array([-1]), np.array([0]), total.reshape(1, -1))
    at = np.flatnonzero((calls.last >= calls.first) & (calls.values > 0).any(axis=1))
    node = np.zeros(len(at), dtype=np.int64)
    position = calls.last[at]
    row = calls.high[calls.locations[position]] - 1
    for _ in range(DEEPEST):
        if not len(at):
            break
        number = _level(calls, nodes, (at, node, row), smallest)
        known = number >= 0
        at, node, position, row = (part[known] for part in (at, number, position, row))
        at, node, position, row = _step(calls, at, node, position, row)
    return nodes


def _level(calls: _Calls, nodes: _Nodes, samples: tuple[Ints, Ints, Ints], smallest: float) -> Ints:
    """Add one level's nodes; the node that each sample falls in, -1 for one too small to draw."""
    at, node, row = samples
    width = len(calls.functions)
    lowest = int(node.min())  # a level's nodes are numbered in one run
    keys, group = _grouped((node - lowest) * width + calls.line_functions[row])
    columns = calls.values[at].T
    sums = np.stack([np.bincount(group, column, len(keys)) for column in columns], axis=1)
    large = sums.max(axis=1) >= smallest
    number = np.where(large, np.cumsum(large) - 1 + len(nodes.parent), -1)
    line = _heaviest_line(group, calls.line_numbers[row], columns.sum(axis=0), len(keys))
    nodes.parent = np.append(nodes.parent, (keys // width + lowest)[large])
    nodes.function = np.append(nodes.function, (keys % width)[large])
    nodes.line = np.append(nodes.line, line[large])
    nodes.sums = np.concatenate((nodes.sums, sums[large]))
    return number[group]


def _grouped(keys: Ints) -> tuple[Ints, Ints]:
    """``np.unique`` with its inverse; counted where that takes less than sorting."""
    space = int(keys.max()) + 1
    if space > _DENSE * len(keys):
        found, inverse = np.unique(keys, return_inverse=True)
        return found, inverse
    there = np.zeros(space, dtype=np.bool_)
    there[keys] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[keys]


def _heaviest_line(group: Ints, lines: Ints, weights: Floats, groups: int) -> Ints:
    most = int(lines.max(initial=0)) + 1
    pairs, which = _grouped(group * most + lines)
    order = np.argsort(np.bincount(which, weights, len(pairs)), kind="stable")
    heaviest = np.zeros(groups, dtype=np.int64)
    heaviest[pairs[order] // most] = pairs[order] % most  # the heaviest is written last
    return heaviest


def _step(calls: _Calls, at: Ints, node: Ints, position: Ints, row: Ints) -> tuple[Ints, ...]:
    """Each sample's next frame towards the leaf; those at their leaf are done."""
    row = row - 1
    left = row < calls.low[calls.locations[position]]
    position = np.where(left, position - 1, position)
    going = position >= calls.first[at]
    at, node, position, row = (part[going] for part in (at, node, position, row))
    left = left[going]
    row = np.where(left, calls.high[calls.locations[position]] - 1, row)
    return at, node, position, row


def _of_children(parent: Ints, total: Floats) -> Floats:
    return np.bincount(parent[1:], total[1:], len(parent)).astype(np.float64)


def _with_beneath(parent: Ints, own: Floats) -> Floats:
    total = own.copy()
    for child in range(len(parent) - 1, 0, -1):
        total[parent[child]] += total[child]
    return total


def _finished(
    nodes: _Nodes,
    calls: _Calls,
    name: tuple[str, str, str],
    figures: tuple[Floats, Floats, str],
    origin: str,
) -> FlameTree:
    """The heaviest nodes; as a child never outweighs its parent, no node loses its parent."""
    total, net, note = figures
    heaviest = np.argsort(-total, kind="stable")[:MOST_NODES]
    kept = np.sort(heaviest[(total[heaviest] > 0) | (heaviest == 0)])
    number = np.full(len(total), -1)
    number[kept] = np.arange(len(kept))
    parent = np.where(kept > 0, number[nodes.parent[kept]], -1)
    used, function = np.unique(nodes.function[kept], return_inverse=True)
    functions = [calls.functions[index] for index in used[used >= 0].tolist()]
    key, label, unit = name
    return FlameTree(
        key=key,
        label=label,
        unit=unit,
        functions=tuple(pair[0] for pair in functions),
        files=tuple(pair[1] for pair in functions),
        parent=parent.astype(np.int32),
        function=(function - 1).astype(np.int32),  # the root has no function
        line=nodes.line[kept].astype(np.int32),
        total=total[kept],
        own=total[kept] - _of_children(parent, total[kept]),
        net=net[kept],
        note=note,
        origin=origin,
    )
