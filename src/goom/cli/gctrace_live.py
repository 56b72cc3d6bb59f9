"""The live view of a GC log: the screen drawn anew as lines come in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TextIO

from goom.case.gctrace import GCTrace
from goom.formats.gctrace import TraceReader

_REFRESH_SECONDS = 0.25


def watch(
    reader: TraceReader, pieces: Iterable[bytes], out: TextIO, draw: Callable[[GCTrace], str]
) -> None:
    """Feed the reader and draw what it holds, four times a second at most, until the log ends.

    The view takes the whole screen and gives it back: what is printed afterwards is the last word.
    """
    from rich.console import Console  # rich: only when something is drawn
    from rich.live import Live
    from rich.text import Text

    console = Console(file=out, highlight=False)
    drawn_at, drawn = 0.0, False
    with Live(console=console, screen=True, auto_refresh=False, vertical_overflow="crop") as live:
        for piece in pieces:
            reader.feed(piece)
            drawn = drawn and not piece
            if not drawn and time.monotonic() - drawn_at >= _REFRESH_SECONDS:
                live.update(Text.from_ansi(draw(reader.trace())), refresh=True)
                drawn_at, drawn = time.monotonic(), True
