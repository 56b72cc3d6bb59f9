"""Shows the claims ledger, and how its measurement goes meanwhile."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from types import TracebackType
from typing import Self

from goom.case.claim import LedgerEntry
from goom.case.claims_run import ClaimsRun
from goom.claims.bench.claim import Claim
from goom.claims.bench.measuring import Failure
from goom.cli import terminal
from goom.renderers.claims import card, document, markdown, table
from goom.renderers.text.lines import clip, in_ascii

_CLEAR = "\r\x1b[K"
_TICK_SECONDS = 0.5


def print_run(run: ClaimsRun, *, form: str) -> None:
    """To stdout; ``form`` is "table", "cards", "json" or "markdown"."""
    if form in ("json", "markdown"):
        text = document.render(run) if form == "json" else markdown.render(run)
    else:
        render = card.render if form == "cards" else table.render
        text = render(run, width=terminal.size()[0], color=terminal.colors())
        text = text if terminal.draws(text) else in_ascii(text)
    sys.stdout.write(text)


class Progress:
    """On a terminal one line that is drawn anew; elsewhere a line for each result. On stderr."""

    def __init__(self, total: int) -> None:
        self._total, self._done = total, 0
        self._running: list[str] = []
        self._began_at = time.monotonic()
        self._doing = ""
        self._live = terminal.is_live(sys.stderr)
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Self:
        if self._live:
            self._ticker.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        if self._live:
            self._ticker.join()
            _write(_CLEAR)

    def tell(self, sentence: str) -> None:
        """What is waited for: a line of its own before the first claim, then part of the line."""
        with self._lock:
            if self._running or self._done:
                self._doing = sentence
            else:
                _write(f"{_CLEAR if self._live else ''}goom: {sentence}\n")

    def began(self, claim: Claim) -> None:
        """It is being measured."""
        with self._lock:
            self._running.append(claim.id)
            self._doing = ""

    def ended(self, result: LedgerEntry | Failure) -> None:
        """It is done."""
        with self._lock:
            name = result.claim.id if isinstance(result, Failure) else result.statement.id
            self._running.remove(name)
            self._done += 1
            if not self._live:
                _write(f"goom: {self._done} of {self._total}  {name}  {_outcome(result)}\n")
        self._draw()

    def _tick(self) -> None:
        while not self._over.wait(_TICK_SECONDS):
            self._draw()

    def _draw(self) -> None:
        if not self._live:
            return
        with self._lock:
            width = shutil.get_terminal_size((terminal.PLAIN_WIDTH, 24)).columns
            _write(_CLEAR + clip(self._words(), width - 1))

    def _words(self) -> str:
        minutes, seconds = divmod(int(time.monotonic() - self._began_at), 60)
        words = f"  {self._done} of {self._total}   {minutes}:{seconds:02}"
        running = f"   measuring {', '.join(self._running)}" if self._running else ""
        doing = f"   {self._doing}" if self._doing else ""
        return words + running + doing


def _outcome(result: LedgerEntry | Failure) -> str:
    if isinstance(result, Failure):
        return f"could not be run: {result.message.splitlines()[0]}"
    return f"{result.judgement.truth}  ({result.seconds:.1f} s)"


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
