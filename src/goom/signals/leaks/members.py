"""Which goroutines stay: the same ids in two dumps, and how long each has waited.

The same id at the same place is not the same wait: who serves one request after the other (a
connection's goroutine, a worker) comes by again. While a goroutine waits nothing of it runs, so the
words that its frames were called with stay as they are, but for pointers into a stack that the
collector shrinks, which move all alike (``adjustframe``, runtime/stack.go).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import NamedTuple

import numpy as np

from goom.case.evidence import GoroutineDumps
from goom.case.profile import GoroutineDump
from goom.case.subject import Subject
from goom.rooms import signal
from goom.signals.leaks.groups import Key, key_of

_WORD = re.compile(r"0x[0-9a-f]{1,16}")
_LEAST_STACK_BYTES = 2048  # fixedStack, runtime/stack.go
LEAST_OLD = 4  # fewer prove nothing
_SOONEST_SECONDS = 1.0  # apart: what is there a blink later proves nothing
_MOST_PAIRS, _MOST_GROUPS = 12, 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """One group. Of ``old`` goroutines in an earlier dump ``stayed`` are in a later one, waiting at
    the same place, ``apart_seconds`` later (0: no two dumps can tell). Those that ``ran`` in
    between and came back are in neither: they have not ended, and they are not stuck.

    Waits are of the last dump that holds the group: ``waiting`` goroutines state a wait of a
    minute or more, the longest ``longest_minutes``; ``spread`` is 0 for members that all began to
    wait at one time and about 0.8 for members that came evenly.
    """

    old: int = 0
    stayed: int = 0
    ran: int = 0
    apart_seconds: float = 0.0
    members: int = 0
    waiting: int = 0
    longest_minutes: int = 0
    spread: float = 0.0
    marked: int = 0  # "(leaked)", the runtime's own mark

    @property
    def stays(self) -> float:
        """The share of old members that stayed."""
        return self.stayed / self.old if self.old else 0.0

    @property
    def goes_round(self) -> float:
        """The share that ran and came back, of all that did not end."""
        return self.ran / max(self.ran + self.stayed, 1)


class _Pair(NamedTuple):
    """Two dumps by index; ``words``: both show what frames were called with."""

    first: int
    last: int
    words: bool


@dataclass(frozen=True, slots=True, eq=False)
class LeakMembers:
    """By group; ``dumps`` is how many dumps name goroutines by id."""

    by_key: dict[Key, Members]
    dumps: int


@signal
def leak_members(dumps: GoroutineDumps, subject: Subject) -> LeakMembers | None:
    """Compare the dumps that name goroutines; None when none does."""
    named = [one for one in dumps.all if len(one.ids) and int(one.ids.max()) > 0]
    if not named:
        return None
    by_look = [_by_key(dump, subject) for dump in named]
    pairs = _pairs(named)
    found = {key: _judged(key, by_look, named, pairs) for key in _largest(by_look)}
    return LeakMembers(by_key=found, dumps=len(named))


def _by_key(dump: GoroutineDump, subject: Subject) -> dict[Key, list[int]]:
    """Rows of the dump by group."""
    keys = [key_of(stack, subject)[0] for stack in dump.stacks]
    rows: dict[Key, list[int]] = {}
    for row, stack in enumerate(dump.stack_ids.tolist()):
        rows.setdefault(keys[stack], []).append(row)
    return rows


def _largest(by_look: Sequence[dict[Key, list[int]]]) -> list[Key]:
    """The groups worth comparing: a leak has few stacks and many goroutines."""
    most: Counter[Key] = Counter()
    for look in by_look:
        most |= Counter({key: len(rows) for key, rows in look.items()})
    return [key for key, _ in most.most_common(_MOST_GROUPS)]


def _pairs(named: Sequence[GoroutineDump]) -> list[_Pair]:
    """Each dump with the last one, and each that shows words with the last that does, where enough
    time lies between.
    """
    moments = [dump.taken_at_seconds for dump in named]
    telling = [index for index, dump in enumerate(named) if any(dump.arguments)]
    found = []
    for among in (list(range(len(named))), telling):
        apart = [(first, among[-1]) for first in among[:-1] if _apart(moments, first, among[-1])]
        found += apart[:: max(1, len(apart) // _MOST_PAIRS)]
    return [_Pair(*pair, {*pair} <= {*telling}) for pair in dict.fromkeys(found)]


def _apart(moments: Sequence[float], first: int, last: int) -> bool:
    between = moments[last] - moments[first]
    return not isnan(between) and between >= _SOONEST_SECONDS


def _judged(
    key: Key,
    by_look: Sequence[dict[Key, list[int]]],
    named: Sequence[GoroutineDump],
    pairs: Iterable[_Pair],
) -> Members:
    found = _stayed(key, by_look, named, pairs)
    last = max(index for index, look in enumerate(by_look) if key in look)
    dump, rows = named[last], by_look[last][key]
    minutes = np.sort(np.repeat(dump.wait_minutes[rows], np.minimum(dump.counts[rows], 1_000)))
    return replace(
        found,
        members=int(dump.counts[rows].sum()),
        waiting=int(dump.counts[rows][dump.wait_minutes[rows] >= 1].sum()),
        longest_minutes=int(minutes[-1]),
        spread=_spread(minutes.tolist()),
        marked=int(dump.counts[rows][dump.leaked[rows]].sum()),
    )


def _stayed(
    key: Key,
    by_look: Sequence[dict[Key, list[int]]],
    named: Sequence[GoroutineDump],
    pairs: Iterable[_Pair],
) -> Members:
    """The pair that says most: many old members, far apart, by dumps that show words if there are
    members enough in them.

    Not the earliest: those of a time when nothing leaked yet come and go, and say nothing of what
    piled up since. In a pile that grows evenly it is the one half way.
    """
    best = Members()
    most = (False, 0.0)
    for first, last, words in pairs:
        before, after = by_look[first].get(key, []), by_look[last].get(key, [])
        between = named[last].taken_at_seconds - named[first].taken_at_seconds
        says = (words and len(before) >= LEAST_OLD, len(before) * between)
        if before and says > most:
            most = says
            there, ran = _again((named[first], before), (named[last], after))
            best = Members(
                old=len(before) - ran, stayed=there - ran, ran=ran, apart_seconds=float(between)
            )
    return best


def _again(
    earlier: tuple[GoroutineDump, list[int]], later: tuple[GoroutineDump, list[int]]
) -> tuple[int, int]:
    """How many of these rows are in both, and how many of those have run in between."""
    (old, before), (new, after) = earlier, later
    there = {int(new.ids[row]): row for row in after}
    pairs = [(row, there[int(old.ids[row])]) for row in before if int(old.ids[row]) in there]
    return len(pairs), sum(_ran(_said(old, row), _said(new, other)) for row, other in pairs)


def _said(dump: GoroutineDump, row: int) -> str:
    return dump.arguments[row] if row < len(dump.arguments) else ""


def _ran(before: str, after: str) -> bool:
    """Whether the words changed otherwise than a stack that moves changes them: all by one and the
    same distance, between places for stacks, which are of 2 KiB or more and aligned.
    """
    if before == after:
        return False
    old, new = (_WORD.findall(said) for said in (before, after))
    moved = {int(b, 16) - int(a, 16) for a, b in zip(old, new, strict=False) if a != b}
    ran = len(moved) > 1 or any(distance % _LEAST_STACK_BYTES for distance in moved)
    return len(old) == len(new) and ran


def _spread(minutes: Sequence[int]) -> float:
    """The middle 80 % of the waits over the longest."""
    if not minutes or minutes[-1] < 3:
        return 0.0
    low, high = np.percentile(minutes, (10, 90))
    return float(high - low) / minutes[-1]


def marked_by_key(dumps: GoroutineDumps, subject: Subject) -> Counter[Key]:
    """Goroutines that the runtime marked "(leaked)", by group; the dump with the most counts."""
    most: Counter[Key] = Counter()
    for dump in dumps.all:
        rows = np.flatnonzero(dump.leaked).tolist()
        found: Counter[Key] = Counter()
        for row in rows:
            key, _ = key_of(dump.stacks[int(dump.stack_ids[row])], subject)
            found[key] += int(dump.counts[row])
        most |= found
    return most
