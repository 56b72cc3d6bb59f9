"""eBPF looks beside a capture or a run: started when asked for, ended with it, kept with it."""

from __future__ import annotations

import threading

from goom.case.errors import GoomError
from goom.formats import ebpf_look
from goom.sources.ebpf import bpftrace
from goom.sources.ebpf.looks import EbpfOptions, Looking
from goom.sources.recorder import Recorder

LONGEST_SECONDS = 600.0  # of a run whose end nobody knows


class EbpfWatch:
    """``start`` once the process is known, ``finish`` before the bundle is closed.

    What cannot be looked at is noted in the bundle, with what to do about it.
    """

    def __init__(self, recorder: Recorder, options: EbpfOptions) -> None:
        self._recorder, self._options = recorder, options
        self._looking: Looking | None = None
        self._lock = threading.Lock()
        self._asked = self._over = False

    def start(self, pid: int) -> None:
        """Read the program and put the probes in place; takes a moment: not for a loop."""
        with self._lock:
            if self._looking is not None or self._over:
                return
            try:
                self._looking = Looking(pid, self._options, bpftrace.ability())
                self._looking.start()
            except GoomError as error:
                self._over = True
                self._recorder.not_read("eBPF looks", error.message, error.hint)

    def start_soon(self, pid: int) -> None:
        """The same in a thread of its own; only the first call does anything."""
        if self._asked:
            return
        self._asked = True
        threading.Thread(target=self.start, args=[pid], name="ebpf", daemon=True).start()

    def finish(self) -> None:
        """End the looks and keep what they saw; does nothing the second time."""
        with self._lock:
            looking, self._looking, self._over = self._looking, None, True
        if looking is None:
            return
        looking.stop()
        for outcome in looking.outcomes():
            if isinstance(outcome, GoomError):
                self._recorder.not_read("an eBPF look", outcome.message, outcome.hint)
                continue
            body = ebpf_look.to_json([outcome])
            self._recorder.file(f"ebpf/{outcome.kind}", ".json", outcome.began_at_seconds, body)
