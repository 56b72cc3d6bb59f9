"""All that goes on while a program is watched: looks, the brink, the endpoint, its family."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from goom.case.errors import BadInput
from goom.case.subject import Subject
from goom.sources import procfs
from goom.sources.brink import BrinkWatch
from goom.sources.cgroup import MemoryCgroup
from goom.sources.ebpf.watch import EbpfWatch
from goom.sources.endpoint_watch import EndpointWatch
from goom.sources.freezer import Freezer
from goom.sources.observed_subject import describe_descendant
from goom.sources.recorder import Recorder
from goom.sources.schedule import Brink, Cadence, Timer
from goom.sources.subject_finder import Found, find_subject, may_be_asked
from goom.sources.warden import Warden
from goom.sources.watch import Watch
from goom.sources.xray.watch import XrayWatch

_ROWS_EARLY_SECONDS, _EARLY_SECONDS = 0.05, 30.0
_ROWS_SECONDS, _ROWS_MOST_SECONDS = 0.1, 1.0
_MAPPINGS = Cadence(first=(0.1, 1.0), every_seconds=5.0, stretch_fraction=0.05)
_FAMILY = Cadence(first=(0.1, 0.3), every_seconds=1.0, stretch_fraction=0.02)
_NEAR_SHARE = 0.75
_CALM_SECONDS = 3.0
_HELD_WAIT_SECONDS = 0.005
_CALLS_AT_SECONDS = 1.5  # reading the binary must not compete with the start of the program


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Whom to watch: ``root`` is the process, or what was started to start it."""

    root: Found
    subject: Subject
    group: MemoryCgroup | None = None
    limit_bytes: int | None = None
    pprof_url: str = ""
    ask_ports: bool = True
    freezer: Freezer | None = None  # of a program that goom started: it may be held at the brink


class Observation:
    """``start``, ``tick`` often, ``last_round`` before ending the program, ``finish``."""

    def __init__(self, recorder: Recorder, target: Target, ebpf: EbpfWatch | None = None) -> None:
        self.recorder, self.target, self.subject = recorder, target, target.subject
        self.found = target.root
        self.family: tuple[int, ...] = (target.root.pid,)
        self.watch = Watch(recorder, target.group, target.root.pid)
        self.endpoint = EndpointWatch(self.watch, self._to_ask, target.pprof_url)
        self.xray = XrayWatch(recorder)
        self._warden: Warden | None = None
        self._ebpf = ebpf
        self._askable: dict[int, bool] = {}
        self.brink: BrinkWatch | None = None
        self._started = time.monotonic()
        self._row_at = 0.0
        self._mappings, self._relatives = Timer(_MAPPINGS), Timer(_FAMILY)
        self._calls_taken = False
        self._helpers: list[threading.Thread] = []
        self._over: Callable[[], None] | None = None

    def start(self, over: Callable[[], None] | None = None) -> None:
        """Begin; ``over`` is called above the limit, for a limit that no kernel enforces."""
        self._over = over
        self.watch.look()
        if self.target.limit_bytes is not None:
            self.brink = BrinkWatch(
                Brink(self.target.limit_bytes),
                self._family_rss_bytes if over else self.watch.unreclaimable_bytes,
                at_brink=self._at_brink,
                row=self.watch.look if over else self.watch.cgroup_look,
                over=over,
            )
            self.brink.start(self.target.group)
            self._warden = self._new_warden(self.target.limit_bytes)
        self.endpoint.start()

    def _new_warden(self, limit_bytes: int) -> Warden | None:
        group, freezer = self.target.group, self.target.freezer
        if group is None:
            return None
        why = "no cgroup that can be frozen can be made here"
        try:
            if freezer is not None:
                return Warden(group, freezer, limit_bytes, self._while_held)
        except OSError as error:
            why = error.strerror or str(error)
        self.recorder.not_read("the program held still at the brink", why)
        return None

    @property
    def elapsed_seconds(self) -> float:
        """Since the observation began."""
        return time.monotonic() - self._started

    def tick(self) -> float:
        """Take the looks that are due; how long to wait until the next call."""
        elapsed = self.elapsed_seconds
        if elapsed >= self._row_at:
            self.watch.look()
            self._row_at = elapsed + _row_pause(elapsed)
            self._enforce()
        if self._relatives.due(elapsed):
            self._look_for_relatives()
            self._relatives.looked(elapsed, self.elapsed_seconds - elapsed)
        if self._mappings.due(elapsed):
            self.watch.kernel_look()
            self._mappings.looked(elapsed, self.watch.kernel_look_seconds)
        if elapsed > _CALLS_AT_SECONDS and not self._calls_taken:
            self._in_background(self._take_calls)
        self.endpoint.tick(near_limit=self._near_limit())
        if self.found.is_go:
            self.xray.follow(self.found.pid)
            if self._ebpf is not None:
                self._ebpf.start_soon(self.found.pid)
        self.xray.tick(alone=self.endpoint.endpoint is None)
        if self.brink is not None:
            self.brink.fetch_seconds = self._fetch_seconds
        self.recorder.flush()
        return max(0.005, self._row_at - self.elapsed_seconds)

    @property
    def _fetch_seconds(self) -> float:
        """What it takes to see who holds the memory."""
        if self.endpoint.endpoint is None:
            return self.xray.brink_seconds
        return self.endpoint.fetch_seconds

    def _near_limit(self) -> bool:
        limit = self.target.limit_bytes
        return limit is not None and self.watch.unreclaimable_bytes() > _NEAR_SHARE * limit

    def last_round(self, within_seconds: float) -> None:
        """Everything once more while the program still lives."""
        self.watch.look()
        self.watch.kernel_look()
        self.endpoint.last_round(within_seconds)
        if self.endpoint.endpoint is None:
            self.xray.last_round()
        self.watch.look()

    def finish(self) -> Subject:
        """The program has ended: stop looking, and say what was learned of it."""
        if self.brink is not None:
            self.brink.stop()
        self.endpoint.stop()
        if self._ebpf is not None:
            self._ebpf.finish()
        self.release()
        self.xray.close()
        for helper in self._helpers:
            helper.join(5.0)
        if not self._calls_taken:
            self._take_calls()
        self.watch.last_look()
        self.watch.close()
        if self.found.binary is not None:
            self.found.binary.close()
        return replace(self.subject, observed_to_seconds=time.time())

    def release(self) -> None:
        """The program is held no more."""
        warden, self._warden = self._warden, None
        if warden is not None:
            warden.close()

    def _while_held(self) -> None:
        """What the charge is just then, and who holds it: the rows before and after may be far off
        when the machine is busy.
        """
        began = time.monotonic()
        self.watch.cgroup_look(wait_seconds=_HELD_WAIT_SECONDS)
        self.xray.held_seconds += time.monotonic() - began
        self.xray.while_held()

    def _at_brink(self) -> None:
        if self.brink is not None:
            brink = self.brink.brink
            used = self.watch.unreclaimable_bytes()
            # First of all: it needs nothing of the program, and may be the last that is to be had.
            self.xray.at_brink()
            # A dump stops the program while it is written: with little time it costs the profiles.
            calm = brink.seconds_left(used) > _CALM_SECONDS
            self.endpoint.at_brink(brink.approaches if calm else 0)
        if self.endpoint.endpoint is None:  # else the look at MemStats brings it along
            self._in_background(self.watch.kernel_look)

    def _to_ask(self) -> tuple[int, ...]:
        """Whose listening ports may be asked for pprof: none of a program that has no pprof."""
        pid = self.found.pid
        if pid not in self._askable:
            self._askable[pid] = self.target.ask_ports and may_be_asked(self.found)
        return self.family if self._askable[pid] else ()

    def _enforce(self) -> None:
        """A second pair of eyes beside the brink's thread: a limit that fails costs the machine."""
        limit = self.target.limit_bytes
        if self._over is not None and limit is not None and self._family_rss_bytes() > limit:
            self._over()

    def _family_rss_bytes(self) -> float:
        return float(sum(procfs.rss_bytes(pid) for pid in self.family))

    def _look_for_relatives(self) -> None:
        root = self.target.root.pid
        own = self.target.group
        inside = own.pids() if own is not None and root in own.pids() else ()
        self.family = procfs.family(root, among=inside)
        if self.found.is_go and self.family[0] == self.found.pid:
            return
        found = find_subject(root, self.family)
        if found.pid != self.found.pid or found.is_go != self.found.is_go:
            self._follow(found)
        elif found.binary is not None:
            found.binary.close()

    def _follow(self, found: Found) -> None:
        self.found = found
        self._calls_taken = False
        self.subject = describe_descendant(self.subject, found)
        self.watch.follow(found.pid)

    def _take_calls(self) -> None:
        self._calls_taken = True
        if self.found.binary is None or not self.found.is_go:
            return
        try:
            self.recorder.add_once("binary/calls.json", self.found.binary.calls())
        except BadInput as error:
            self.recorder.not_read("call sites in the binary", error.message, error.hint)

    def _in_background(self, work: Callable[[], None]) -> None:
        self._calls_taken |= work == self._take_calls
        self._helpers = [helper for helper in self._helpers if helper.is_alive()]
        helper = threading.Thread(target=work, name="look", daemon=True)
        self._helpers.append(helper)
        helper.start()


def _row_pause(elapsed: float) -> float:
    if elapsed < _EARLY_SECONDS:
        return _ROWS_EARLY_SECONDS
    return min(_ROWS_MOST_SECONDS, max(_ROWS_SECONDS, elapsed / 3600))
