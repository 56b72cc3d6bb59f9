"""Which handler of net/http a goroutine is seen in: by the stacks that its events carry.

A connection's goroutine serves one request after the other, and no event says which handler it
calls. But when it blocks, is interrupted, assists or starts a goroutine in there, the stack does.
For each request it starts a goroutine that reads ahead (``startBackgroundRead``), which ends when
the answer is written: that goroutine's life is the request's.

Source: net/http/server.go ``conn.serve``, ``connReader.startBackgroundRead``,
``response.finishRequest``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from goom.case.exec_trace import Frame
from goom.formats.exec_trace.decode import Ints
from goom.formats.exec_trace.events import Event
from goom.formats.exec_trace.goroutines import Window
from goom.formats.exec_trace.tables import Book, Lookup

_SERVED = "net/http.serverHandler.ServeHTTP"
_OWN, _ADAPTER, _METHOD = "net/http.", "net/http.HandlerFunc.ServeHTTP", ".ServeHTTP"
_THINNED_TO_SECONDS = 1e-3
# By event: which of its numbers is the stack of the goroutine that runs.
_STACK_AT = {
    Event.GC_MARK_ASSIST_BEGIN: 1,
    Event.GC_SWEEP_BEGIN: 1,
    Event.GO_BLOCK: 2,
    Event.GO_STOP: 2,
    Event.GO_SYSCALL_BEGIN: 2,
    Event.GO_CREATE: 3,
    Event.GO_UNBLOCK: 3,
}
_PLACE = np.zeros(256, np.int64)
_PLACE[list(_STACK_AT)] = list(_STACK_AT.values())


def handler_of(frames: Sequence[Frame]) -> str:
    """The innermost handler below net/http's own call, "" when the stack is not in one.

    A handler is a method ServeHTTP, or what HandlerFunc.ServeHTTP calls; net/http's own (the mux,
    a time limit) only lead to another.
    """
    names = [frame.function for frame in frames]
    if _SERVED not in names:
        return ""
    found = ""
    inside = names[: names.index(_SERVED)]
    for caller, name in zip([_SERVED, *reversed(inside)], reversed(inside), strict=False):
        if not name.startswith(_OWN) and (name.endswith(_METHOD) or caller == _ADAPTER):
            found = name
    return found


@dataclass(slots=True)
class Handlers:
    """By the book's number of a stack: the handler it is in, as a text's number; 0: in none."""

    book: Book
    _known: list[int] = field(default_factory=list)

    def seen(self, window: Window, stacks: Lookup) -> tuple[Ints, Ints]:
        """The events that are in a handler, one a millisecond for each, and which it is."""
        events = window.events
        place = _PLACE[events.type]
        rows = np.flatnonzero(place)
        columns = np.stack((events.first[rows], events.second[rows], events.third[rows]))
        handler = self._of(stacks(columns[place[rows] - 1, np.arange(len(rows))]))
        rows, handler = rows[handler > 0], handler[handler > 0]
        moment = (window.seconds[rows] / _THINNED_TO_SECONDS).astype(np.int64)
        goroutine = window.context.goroutine[rows]
        key = (goroutine * 0x9E3779B1 ^ moment) * 0x85EBCA77 ^ handler
        _, first = np.unique(key, return_index=True)
        first.sort()
        return rows[first], handler[first]

    def _of(self, stacks: Ints) -> Ints:
        for frames in self.book.stacks[len(self._known) :]:
            name = handler_of(frames)
            self._known.append(self.book.string(name) if name else 0)
        return np.array(self._known, np.int64)[stacks]
