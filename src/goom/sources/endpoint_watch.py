"""Finds a program's pprof endpoint while it starts, and asks it at the right times."""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Callable

from goom.case.errors import GoomError
from goom.case.units import KIB, MIB
from goom.sources import pprof_endpoint, sockets
from goom.sources.http_look import Answer, UnreachableError
from goom.sources.lookers import Looker
from goom.sources.pprof_endpoint import PprofEndpoint
from goom.sources.schedule import Cadence, Timer
from goom.sources.sockets import Listener
from goom.sources.watch import Watch

_PROFILES = Cadence(first=(0.5, 1.0, 2.0), every_seconds=3.0)
_MEMSTATS = Cadence(first=(0.5, 1.0, 2.0), every_seconds=2.0, stretch_fraction=0.02)
_CPU = Cadence(first=(3.0,), every_seconds=20.0, stretch_fraction=1.0)
_COUNTS = Cadence(first=(0.2,), every_seconds=1.0, stretch_fraction=0.01)
_OTHERS = Cadence(first=(1.0,), every_seconds=10.0)
_DUMPS = Cadence(first=(2.0, 6.0), every_seconds=10.0, stretch_fraction=1.0)
_TRIES = 3  # at one address; a server may listen before its routes are there
_CPU_SECONDS = 1
_CPU_REST_SECONDS = 15.0
_GROWN_OUTSIDE_BYTES = 16 * MIB
_DUMP_LEAST, _DUMP_MOST = 200, 10_000  # goroutines worth a dump, and too many for one
_DUMP_REGULARLY = 1_000  # so few cost little; beyond that a dump each time their number doubles
_LEAKED_FROM = 400  # goroutines that are worth a collection of their own
_DUMP_BYTES_EACH = 16 * KIB  # up to 100 frames of text; measured once there was a dump
_DUMP_COPIES = 4  # runtime.Stack's caller doubles its buffer until the text fits, from 1 MiB on
_DUMP_SHARE = 0.25  # of the room that is left under the limit
_SYS = re.compile(rb"^# (Sys|HeapReleased) = (\d+)", re.MULTILINE)


class EndpointWatch:
    """``start`` it, ``tick`` it, ``at_brink`` when the limit is near, ``last_round`` before goom
    ends the program, ``stop``. ``pids`` says whose sockets to look at.
    """

    def __init__(self, watch: Watch, pids: Callable[[], tuple[int, ...]], url: str = "") -> None:
        self.endpoint: PprofEndpoint | None = None
        self.goroutines: int | None = None
        self._watch, self._pids = watch, pids
        self._named = pprof_endpoint.named(url) if url else None
        self._lookers: dict[str, Looker] = {}
        self._timers: dict[str, Timer] = {}
        self._tries: dict[Listener, int] = {}
        self._why = "the program listens nowhere that loopback reaches"
        self._found_at = self._cpu_at = time.monotonic()
        self._dumped, self._dumped_approach = _DUMP_LEAST // 2, 0
        self._dump_bytes_each = float(_DUMP_BYTES_EACH)
        self._outside_bytes: float | None = None
        self._has_leak_profile = self._asked_the_runtime = False
        self._stopped = threading.Event()
        self._finder = threading.Thread(target=self._find, name="endpoint", daemon=True)

    def start(self) -> None:
        """Begin to look for the endpoint."""
        self._finder.start()

    def tick(self, *, near_limit: bool = False) -> None:
        """Ask what is due; near the limit no CPU profile, which would slow the others down."""
        elapsed = time.monotonic() - self._found_at
        for name, timer in list(self._timers.items()):
            looker = self._lookers[name]
            if near_limit and name == "cpu":
                continue
            if timer.due(elapsed) and not looker.busy:
                timer.looked(elapsed, looker.cost_seconds)
                looker.ask()

    def at_brink(self, approach: int) -> None:
        """Ask for all that shows who holds the memory; returns at once. One dump for each
        ``approach`` (counted from 1; 0 leaves no time for one).
        """
        for name in ("goroutine", "heap", "memstats"):
            if name in self._lookers:
                self._lookers[name].ask()
        if approach > self._dumped_approach and self._may_dump():
            self._dumped_approach = approach
            self._dump()

    def last_round(self, within_seconds: float) -> None:
        """The same once more, waited for: goom is about to end the program."""
        names = ["memstats", "heap", "goroutine"]
        names += ["dump"] if self._few() and self._may_dump() else []
        names += ["goroutineleak"] if self._may_ask_the_runtime(0) else []
        asked = [self._lookers[name] for name in names if name in self._lookers]
        until = time.monotonic() + within_seconds
        for looker in asked:
            looker.ask()
        for looker in asked:
            looker.wait(max(0.0, until - time.monotonic()))

    @property
    def fetch_seconds(self) -> float:
        """What a look at the heap takes now."""
        looker = self._lookers.get("heap")
        return looker.cost_seconds if looker else 0.05

    def stop(self) -> None:
        """The program has ended."""
        self._stopped.set()
        for looker in self._lookers.values():
            looker.stop()
        if self.endpoint is None:
            self._watch.recorder.not_read("pprof endpoint", self._why, _HINT)

    def _find(self) -> None:
        started = time.monotonic()
        while not self._stopped.is_set():
            looked = time.monotonic()
            try:
                found = self._named_answers() if self._named else self._probe_all()
            except GoomError as error:
                self._why = error.message
                found = None
            if found is not None:
                self._use(found)
                return
            now = time.monotonic()
            self._stopped.wait(_pause(now - started, now - looked))

    def _named_answers(self) -> PprofEndpoint | None:
        assert self._named is not None
        self._named.fetch(pprof_endpoint.HEAP)
        return self._named

    def _probe_all(self) -> PprofEndpoint | None:
        asked = self._pids()
        if not asked:
            self._why = "net/http/pprof is not linked into the program: its ports were not asked"
        listening = sockets.listeners(asked)
        self._watch.listening_sockets = len(listening)
        for listener in listening:
            if self._tries.get(listener, 0) >= _TRIES:
                continue
            self._tries[listener] = self._tries.get(listener, 0) + 1
            try:
                found = pprof_endpoint.probe(listener.url)
            except UnreachableError:
                continue
            if found is not None:
                return found
        if listening:
            shown = ", ".join(one.url for one in listening[:5])
            self._why = f"none of the program's addresses answers as one ({shown})"
        return None

    def _use(self, endpoint: PprofEndpoint) -> None:
        recorder = self._watch.recorder
        before, after = self._watch.kernel_look, self._after_memstats
        self._found_at = self._cpu_at = time.monotonic()
        self.endpoint = endpoint
        self._lookers = {
            "heap": Looker(pprof_endpoint.HEAP, endpoint, recorder),
            "goroutine": Looker(pprof_endpoint.GOROUTINE, endpoint, recorder),
            "memstats": Looker(
                pprof_endpoint.MEMSTATS, endpoint, recorder, before=before, after=after
            ),
            "cpu": Looker(pprof_endpoint.cpu(_CPU_SECONDS), endpoint, recorder),
            "dump": Looker(
                pprof_endpoint.GOROUTINE_DUMP, endpoint, recorder, after=self._after_dump
            ),
            "goroutineleak": Looker(pprof_endpoint.LEAKED, endpoint, recorder),
        }
        for name in ("heap", "goroutine", "memstats"):
            self._lookers[name].ask()
        self._timers = {
            "heap": Timer(_PROFILES),
            "goroutine": Timer(_PROFILES),
            "memstats": Timer(_MEMSTATS),
            "cpu": Timer(_CPU),
        }
        self._count_and_find_others()

    def _count_and_find_others(self) -> None:
        """Goes on in the finder's thread: how many goroutines there are, and what else answers."""
        others = Timer(Cadence(first=(1.0,), every_seconds=1e9))
        counts, dumps = Timer(_COUNTS), Timer(_DUMPS)
        while not self._stopped.wait(0.1):
            elapsed = time.monotonic() - self._found_at
            if others.due(elapsed):
                others.looked(elapsed)
                self._find_others()
            if counts.due(elapsed):
                counts.looked(elapsed, self._count())
            if dumps.due(elapsed):
                dumps.looked(elapsed, self._count())
                if self._few() and self._may_dump():
                    self._dump()

    def _count(self) -> float:
        assert self.endpoint is not None
        started = time.monotonic()
        try:
            counts = self.endpoint.counts()
        except GoomError:
            return 1.0  # look again in a while
        self.goroutines = counts.get("goroutine", self.goroutines)
        self._has_leak_profile |= pprof_endpoint.LEAKED.kind in counts
        if self._may_ask_the_runtime(_LEAKED_FROM):
            self._lookers["goroutineleak"].ask()
        if (self.goroutines or 0) >= 2 * self._dumped and self._may_dump():
            self._dump()
        return time.monotonic() - started

    def _find_others(self) -> None:
        """``/debug/vars`` and ``/metrics`` beside the profiles: other ports may speak no HTTP."""
        for listener in sockets.listeners(self._pids()):
            if self.endpoint is None or not self.endpoint.base_url.startswith(listener.url):
                continue
            for query in (pprof_endpoint.VARS, pprof_endpoint.METRICS):
                if query.kind in self._lookers or not pprof_endpoint.answers(listener.url, query):
                    continue
                server = PprofEndpoint(listener.url)
                self._lookers = {
                    **self._lookers,
                    query.kind: Looker(query, server, self._watch.recorder),
                }
                self._timers = {**self._timers, query.kind: Timer(_OTHERS)}

    def _may_dump(self) -> bool:
        """Whether the program can take a dump: it is written in the program's own memory, and a
        look must not be what kills.
        """
        count = self.goroutines or 0
        if not 0 < count < _DUMP_MOST:
            return False
        figures = self._watch.cgroup
        room = figures.get("limit_bytes", math.inf) - figures.get("usage_bytes", 0.0)
        needed = _DUMP_COPIES * count * self._dump_bytes_each + MIB
        return not needed > _DUMP_SHARE * room

    def _few(self) -> bool:
        return (self.goroutines or 0) <= _DUMP_REGULARLY

    def _may_ask_the_runtime(self, from_goroutines: int) -> bool:
        """Whether to ask for the goroutine leak profile now. It takes a collection, which changes
        when the next ones come: so once in a run, and never because the limit is near.
        """
        enough = (self.goroutines or 0) >= from_goroutines
        if not self._has_leak_profile or self._asked_the_runtime or not enough:
            return False
        self._asked_the_runtime = True
        return True

    def _after_dump(self, answer: Answer) -> None:
        self._dump_bytes_each = len(answer.body) / max(self.goroutines or 1, 1)

    def _dump(self) -> None:
        self._dumped = max(self.goroutines or 0, _DUMP_LEAST // 2)
        self._lookers["dump"].ask()

    def _after_memstats(self, answer: Answer) -> None:
        """When memory grows that Go did not ask for, only a CPU profile can show who maps it."""
        stated = {key: int(value) for key, value in _SYS.findall(answer.body)}
        anonymous = self._watch.process.get("rss_anon_bytes")
        if anonymous is None or len(stated) < 2:
            return
        outside = anonymous - (stated[b"Sys"] - stated[b"HeapReleased"])
        if self._outside_bytes is None:
            self._outside_bytes = outside
        rested = time.monotonic() - self._cpu_at > _CPU_REST_SECONDS
        if outside - self._outside_bytes > _GROWN_OUTSIDE_BYTES and rested:
            self._outside_bytes, self._cpu_at = outside, time.monotonic()
            self._lookers["cpu"].ask()


_HINT = """Serve it, on loopback:  import _ "net/http/pprof"  and
go http.ListenAndServe("127.0.0.1:6060", nil)   or name it:  --go-pprof URL"""


def _pause(elapsed: float, cost_seconds: float) -> float:
    usual = 0.02 if elapsed < 2 else 0.1 if elapsed < 10 else min(5.0, elapsed / 20)
    return max(usual, 20 * cost_seconds if elapsed > 2 else 0.0)
