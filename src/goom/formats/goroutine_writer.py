"""A goroutine dump as text, in the form of ``goroutine?debug=2``: what ``parse`` reads back alike.

Source: runtime/traceback.go ``goroutineheader``, ``traceback2``, ``printcreatedby``. Arguments and
offsets into functions are left out, as Go leaves them out of inlined calls.
"""

from __future__ import annotations

from collections.abc import Iterator

from goom.case.profile import Frame, GoroutineDump

_INNER = 50  # tracebackInnerFrames
_NO_STACK = "\tgoroutine running on other thread; stack unavailable"
_NOWHERE = "?"


def write(dump: GoroutineDump) -> bytes:
    """All goroutines of a dump, one after the other."""
    texts: dict[tuple[int, int], str] = {}
    return "\n".join(_goroutine(dump, row, texts) for row in range(len(dump.ids))).encode()


def _goroutine(dump: GoroutineDump, row: int, texts: dict[tuple[int, int], str]) -> str:
    key = int(dump.stack_ids[row]), int(dump.elided_frames[row])
    if key not in texts:
        texts[key] = "\n".join(_frames(dump.stacks[key[0]], key[1]))
    lines = [f"goroutine {int(dump.ids[row])} [{_state(dump, row)}]:", texts[key]]
    creator = dump.created_by[row]
    if creator.function:
        lines += [f"created by {creator.function}", _place(creator)]
    return "\n".join((*lines, ""))


def _state(dump: GoroutineDump, row: int) -> str:
    minutes = int(dump.wait_minutes[row])
    parts = [dump.states[row] + " (leaked)" * bool(dump.leaked[row])]
    parts += [f"{minutes} minutes"] if minutes else []
    parts += ["locked to thread"] if dump.locked_to_thread[row] else []
    return ", ".join(parts)


def _frames(stack: tuple[Frame, ...], elided: int) -> Iterator[str]:
    if not stack:
        yield _NO_STACK
    for number, frame in enumerate(stack):
        if elided and number == min(_INNER, len(stack) - 1):
            yield f"...{elided} frames elided..."
        yield f"{frame.function}(...)"
        yield _place(frame)


def _place(frame: Frame) -> str:
    return f"\t{frame.file or _NOWHERE}:{frame.line}"
