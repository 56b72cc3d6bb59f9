"""Reads the span map of a process now and then, beside the looks that must not wait for it."""

from __future__ import annotations

import threading

from goom.case.errors import BadInput
from goom.formats import xray_spans
from goom.sources import procfs
from goom.sources.recorder import Recorder
from goom.sources.schedule import Cadence, Timer
from goom.sources.xray.spans import read_spans
from goom.sources.xray.target import Target

_SPANS = Cadence(first=(1.0, 3.0), every_seconds=5.0)
_WAIT_SECONDS = 5.0
_ATTEMPTS = 4


class SpanWatch:
    """``tick`` often, ``look`` before the end, ``wait`` before the process is let go of."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._timer = Timer(_SPANS)
        self._took_seconds = 0.0
        self._thread: threading.Thread | None = None

    def due(self, elapsed: float) -> bool:
        """Whether it is time."""
        return self._timer.due(elapsed) and not self._is_busy()

    def tick(self, target: Target, elapsed: float) -> None:
        """Look when it is time, in a thread of its own: a large heap takes tens of ms."""
        if self.due(elapsed):
            self._timer.looked(elapsed, self._took_seconds)
            self._thread = threading.Thread(target=self.look, args=(target,), name="spans")
            self._thread.start()

    def look(self, target: Target) -> None:
        """Read and keep one map; a process that ends meanwhile is no news here."""
        try:
            found = read_spans(target, _ATTEMPTS)
        except BadInput as error:
            if procfs.is_alive(target.pid):
                self._recorder.not_read("span map, by X-ray", error.message, error.hint)
            return
        self._took_seconds = found.took_seconds
        body = xray_spans.to_json(found)
        self._recorder.file("xray/spans", ".json", found.taken_at_seconds, body)

    def wait(self) -> None:
        """Until no look is under way."""
        if self._thread is not None:
            self._thread.join(_WAIT_SECONDS)

    def _is_busy(self) -> bool:
        return self._thread is not None and self._thread.is_alive()
