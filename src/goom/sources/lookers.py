"""One thread for each thing that is asked of an endpoint, so that none waits for another."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable

from goom.case.errors import GoomError
from goom.sources.http_look import Answer
from goom.sources.pprof_endpoint import PprofEndpoint, Query
from goom.sources.recorder import Recorder

_FIRST_GUESS_SECONDS = 0.02
_AFTER_A_DEATH_SECONDS = 0.2
_PROMPT_NICENESS = -10


def be_prompt() -> None:
    """Ask the kernel to run this thread soon after it wakes, where goom may ask for that.

    It uses next to no CPU, and beside a program that uses all of it every millisecond counts.
    """
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, _PROMPT_NICENESS)


class Looker:
    """Fetches when asked and records the answer. Asked while it fetches, it fetches once more."""

    def __init__(
        self,
        query: Query,
        endpoint: PprofEndpoint,
        recorder: Recorder,
        *,
        before: Callable[[], None] | None = None,
        after: Callable[[Answer], None] | None = None,
    ) -> None:
        self.query = query
        self.cost_seconds = _FIRST_GUESS_SECONDS
        self.answers = 0
        self._endpoint, self._recorder = endpoint, recorder
        self._before, self._after = before, after
        self._asked, self._idle = threading.Event(), threading.Event()
        self._idle.set()
        self._stopped = False
        self._thread = threading.Thread(target=self._work, name=query.path, daemon=True)
        self._thread.start()

    def ask(self) -> None:
        """Look now, or right after the look that is under way."""
        self._idle.clear()
        self._asked.set()

    @property
    def busy(self) -> bool:
        """Whether a look is asked for or under way."""
        return not self._idle.is_set()

    def wait(self, seconds: float) -> bool:
        """Until the looks that were asked for are done; whether they are."""
        return self._idle.wait(seconds)

    def stop(self) -> None:
        """Look no more; a look under way ends by itself or is forgotten."""
        self._stopped = True
        self._asked.set()

    def _work(self) -> None:
        be_prompt()
        while True:
            self._asked.wait()
            if self._stopped:
                return
            self._asked.clear()
            self._look()
            if not self._asked.is_set():
                self._idle.set()

    def _look(self) -> None:
        started = time.monotonic()
        try:
            if self._before is not None:
                self._before()
            answer = self._endpoint.fetch(self.query)
        except GoomError as error:
            self.cost_seconds = time.monotonic() - started
            self._complain(error)
            return
        self.cost_seconds = time.monotonic() - started - self.query.waits_seconds
        self.answers += 1
        at = answer.taken_at_seconds
        self._recorder.file(self.query.stem, self.query.suffix, at, answer.body)
        if self._after is not None:
            self._after(answer)

    def _complain(self, error: GoomError) -> None:
        # A program that dies in the middle of an answer is no fault of its endpoint.
        time.sleep(_AFTER_A_DEATH_SECONDS)
        if not self._stopped:
            self._recorder.not_read(f"profile {self.query.path}", error.message, error.hint)
