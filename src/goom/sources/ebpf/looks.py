"""Takes eBPF looks at one process: runs the programs, gives their stacks names, says the cost."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from goom.case.ebpf import EbpfLook
from goom.case.errors import BadInput
from goom.sources.ebpf import bpftrace
from goom.sources.ebpf.bpftrace import Ability
from goom.sources.ebpf.programs import Limits
from goom.sources.ebpf.subject import open_subject
from goom.sources.ebpf.taking import Taking

DEFAULT_BUDGET = 0.01
WHAT = {  # what a person asks for, and the looks that it takes
    "mmap": ("mmap",),
    "stacks": ("stacks",),
    "gc": ("gc", "assists"),
    "oom": ("oom",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EbpfOptions:
    """Which of WHAT, how long, and the share of one CPU that all probes together may cost."""

    what: tuple[str, ...]
    seconds: float
    budget_fraction: float = DEFAULT_BUDGET


def checked(what: Sequence[str]) -> tuple[str, ...]:
    """The looks of these names; BadInput for one that goom does not know."""
    for name in what:
        if name not in WHAT:
            raise BadInput(
                f"{name} is nothing that goom probes.", f"Choose from:  {', '.join(WHAT)}"
            )
    return tuple(dict.fromkeys(what))


class Looking:
    """Looks under way: made (BadInput says what is missing), ``start``, ``stop``, ``looks``."""

    def __init__(self, pid: int, options: EbpfOptions, able: Ability | None = None) -> None:
        able = able or bpftrace.ability()
        self._subject = open_subject(pid)
        if self._subject.has("runtime.cgocall"):
            self._subject.libraries.load()
        kinds = [kind for name in checked(options.what) for kind in WHAT[name]]
        limits = Limits(options.seconds, options.budget_fraction / len(kinds))
        try:
            self._takes = [Taking(self._subject, able, kind, limits) for kind in kinds]
        except BaseException:
            self._subject.close()
            raise
        self._threads = [threading.Thread(target=one.take, daemon=True) for one in self._takes]

    def start(self) -> None:
        """Put the probes in place; it takes a second or two until the first hit is told of."""
        for thread in self._threads:
            thread.start()

    @property
    def is_over(self) -> bool:
        """Whether all looks have ended."""
        return not any(thread.is_alive() for thread in self._threads)

    @property
    def is_attached(self) -> bool:
        """Whether every look has its probes in place, or has ended."""
        waiting = [thread for thread in self._threads if thread.is_alive()]
        return all(one.said.ready_nanoseconds for one in self._takes) or not waiting

    def stop(self) -> None:
        """End before the time is up."""
        for one in self._takes:
            one.cancelled = True

    def looks(self) -> tuple[EbpfLook, ...]:
        """Wait for the end; what was seen. BadInput when bpftrace could not."""
        found = self.outcomes()
        failed = next((one for one in found if isinstance(one, BadInput)), None)
        if failed is not None:
            raise failed
        return tuple(one for one in found if isinstance(one, EbpfLook))

    def outcomes(self) -> tuple[EbpfLook | BadInput, ...]:
        """Wait for the end; of each look what was seen, or why nothing was."""
        try:
            for thread in self._threads:
                thread.join()
            return tuple(one.outcome_or_reason() for one in self._takes)
        finally:
            self._subject.close()


def take(pid: int, options: EbpfOptions, able: Ability | None = None) -> tuple[EbpfLook, ...]:
    """All looks at the same time, each within its part of the budget; Ctrl-C ends them early."""
    looking = Looking(pid, options, able)
    looking.start()
    try:
        while not looking.is_over:
            time.sleep(0.05)
    except KeyboardInterrupt:
        pass
    looking.stop()
    return looking.looks()
