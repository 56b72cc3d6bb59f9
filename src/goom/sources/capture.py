"""Watches a running program for a while without getting in its way, and leaves a bundle."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import replace

from goom.case.errors import BadInput
from goom.case.subject import Ending, Subject
from goom.sources.bundle_writer import BundleWriter
from goom.sources.capture_brink import CaptureBrink
from goom.sources.capture_options import (
    CaptureOptions,
    CaptureResult,
    CaptureStatus,
    planned,
)
from goom.sources.capture_plan import ROW_SECONDS, Budget
from goom.sources.ebpf.looks import EbpfOptions
from goom.sources.ebpf.watch import EbpfWatch
from goom.sources.endpoint_looks import EndpointLooks
from goom.sources.freezer import freezer_of
from goom.sources.live_target import LiveTarget
from goom.sources.manifest import Manifest, ManifestEnd
from goom.sources.process_end import ProcessEnd
from goom.sources.recorder import Recorder
from goom.sources.schedule import Cadence, Timer
from goom.sources.warden import Warden
from goom.sources.watch import Watch
from goom.sources.xray.watch import XrayWatch

__all__ = ["CaptureOptions", "CaptureResult", "CaptureStatus", "capture", "planned"]

_TICK_SECONDS = 0.25  # each wakes goom up on a CPU that the program could have
_LAST_ROUND_SECONDS = 5.0
_NO_ENDPOINT = "none of the program's addresses answers as one"
_NO_FREEZER = "it shares its cgroup with everybody or with goom, or goom may not freeze it"
_SERVE_ONE = """Serve one, on loopback:  import _ "net/http/pprof"  and
go http.ListenAndServe("127.0.0.1:6060", nil)   or name it:  --url URL"""


def capture(target: LiveTarget, options: CaptureOptions) -> CaptureResult:
    """Look until the time is up, the program ends, or Ctrl-C; the bundle is whole in every case."""
    subject = replace(target.subject, observed_from_seconds=time.time())
    writer = BundleWriter(options.bundle, max_bytes=options.max_bytes)
    schedule = dict.fromkeys(options.looks, options.every_seconds)
    manifest = Manifest(
        subject=subject,
        options={"for": f"{options.for_seconds:g}s", "budget": f"{options.budget_fraction:g}"},
        schedule={**schedule, "rows": ROW_SECONDS},
    )
    session = _Session(target, options, Recorder(writer, manifest))
    try:
        session.to_the_end()
    except KeyboardInterrupt:
        session.ended = "interrupted"
    return session.finish(subject)


class _Session:
    def __init__(self, target: LiveTarget, options: CaptureOptions, recorder: Recorder) -> None:
        self.ended = ""
        self._target, self._options, self._recorder = target, options, recorder
        self._budget = Budget(options.budget_fraction)
        self._died = False
        self._row_at = 0.0
        self._oom_kills = target.group.oom_kill_count() if target.group else 0
        self._watch = Watch(recorder, target.group, target.pid) if target.pid else None
        self._end = ProcessEnd(target.pid) if target.pid else None
        self._mappings = Timer(_mappings(options)) if "smaps" in options.looks else None
        self._endpoint = self._endpoint_looks()
        self._freezer = freezer_of(target.pid) if options.freeze and target.pid else None
        self._xray = self._xray_watch()
        self._aside: threading.Thread | None = None
        self._brink = CaptureBrink(self._watch, self._at_brink) if self._watch else None
        self._warden = self._new_warden()
        self._ebpf = self._ebpf_watch()
        self._started = time.monotonic()

    def _endpoint_looks(self) -> EndpointLooks | None:
        endpoint, options = self._target.endpoint, self._options
        if endpoint is None:
            self._recorder.not_read("pprof endpoint", _NO_ENDPOINT, _SERVE_ONE)
            return None
        looks = EndpointLooks(endpoint, self._recorder, self._budget)
        used = math.nan
        if self._watch is not None:
            self._watch.look()
            used = self._watch.process.get("rss_bytes", used)
        looks.start(planned(options), options.every_seconds, options.for_seconds, used)
        return looks

    def _at_brink(self) -> None:
        if self._xray is not None:
            self._xray.at_brink()
        if self._endpoint is not None:
            self._endpoint.at_brink()
        idle = self._aside is None or not self._aside.is_alive()
        if self._mappings is not None and idle:  # it waits for the mmap lock: beside the brink
            self._aside = threading.Thread(target=self._kernel_look, name="mappings", daemon=True)
            self._aside.start()

    def _xray_watch(self) -> XrayWatch | None:
        found, options = self._target.found, self._options
        if found is None or not found.is_go or "xray" not in options.looks:
            return None
        watch = XrayWatch(self._recorder)
        watch.follow(found.pid)
        return watch

    def _new_warden(self) -> Warden | None:
        if not self._options.freeze or self._xray is None:
            return None
        freezer, tightest = self._freezer, self._brink.tightest() if self._brink else None
        if tightest is None or freezer is None:
            why = _NO_FREEZER if freezer is None else "it has no memory limit"
            self._recorder.not_read("the process held still", why)
            return None
        try:
            return Warden(tightest[0], freezer, tightest[1], self._xray.while_held)
        except OSError as error:
            self._recorder.not_read("the process held still", error.strerror or str(error))
            return None

    def _ebpf_watch(self) -> EbpfWatch | None:
        options, pid = self._options, self._target.pid
        if not options.ebpf or pid is None:
            return None
        wanted = EbpfOptions(
            what=options.ebpf,
            seconds=options.for_seconds,
            budget_fraction=options.budget_fraction,
        )
        watch = EbpfWatch(self._recorder, wanted)
        watch.start_soon(pid)
        return watch

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._started

    def to_the_end(self) -> None:
        """Look, wait, look."""
        while not self.ended and self.elapsed < self._options.for_seconds:
            self._rows()
            if self._endpoint is not None:
                self._endpoint.tick(self.elapsed)
            if self._xray is not None:
                self._xray.tick(alone=self._endpoint is None)
            self._recorder.flush()
            if self._options.on_status:
                self._options.on_status(self._status())
            row = self._xray.seconds_to_row if self._xray is not None else _TICK_SECONDS
            self._notice_the_end(min(row, _TICK_SECONDS))
        if not self.ended:
            self._last_round()

    def finish(self, subject: Subject) -> CaptureResult:
        """Stop looking and close the bundle."""
        seconds = self.elapsed
        self._stop_looking()
        self._binary(subject)
        later = replace(subject, observed_to_seconds=time.time())
        self._recorder.finish(ManifestEnd(ending=self._ending(), subject=later))
        return CaptureResult(
            bundle=self._options.bundle,
            looks=self._answers,
            spent=self._budget.text(seconds),
            seconds=seconds,
            over_budget=not self._budget.allows(0.0, seconds),
            ended=self.ended,
        )

    def _stop_looking(self) -> None:
        if self._brink is not None:
            self._brink.stop()
        if self._aside is not None:
            self._aside.join(_LAST_ROUND_SECONDS)
        if self._endpoint is not None:
            self._endpoint.stop()
        if self._ebpf is not None:
            self._ebpf.finish()
        if self._warden is not None:
            self._warden.close()
        if self._xray is not None:
            self._xray.close()
        if self._watch is not None:
            if self._died:
                self._watch.last_look()
            self._watch.close()
        if self._end is not None:
            self._end.close()

    def _rows(self) -> None:
        if self._watch is None:
            return
        elapsed = self.elapsed
        if elapsed >= self._row_at:
            self._watch.look()
            self._row_at = elapsed + ROW_SECONDS
        mappings = self._mappings
        if mappings is None or not mappings.due(elapsed):
            return
        self._kernel_look()
        mappings.looked(elapsed, self._watch.kernel_look_seconds)

    def _kernel_look(self) -> None:
        if self._watch is not None:
            self._watch.kernel_look()
            self._budget.spend(self._watch.kernel_look_seconds)

    def _last_round(self) -> None:
        if self._watch is not None:
            self._watch.look()
            cost = self._watch.kernel_look_seconds
            if self._mappings is not None and self._budget.allows(cost, self.elapsed):
                self._kernel_look()
        if self._endpoint is not None:
            self._endpoint.last(self.elapsed, _LAST_ROUND_SECONDS)
        elif self._xray is not None:
            self._xray.last_round()

    def _notice_the_end(self, seconds: float) -> None:
        """Wait so long, or until there is nothing left to look at."""
        if self._end is None:
            time.sleep(seconds)
            if self._endpoint is not None and self._endpoint.silent:
                self.ended = "the address stopped answering"
        elif self._end.within(seconds):
            self.ended, self._died = f"process {self._target.pid} ended", True

    def _ending(self) -> Ending | None:
        if not self._died:
            return None
        group = self._target.group
        kills = group.oom_kill_count() - self._oom_kills if group else 0
        return Ending(at_seconds=time.time(), oom_killed=kills > 0, oom_kill_count=max(0, kills))

    def _binary(self, subject: Subject) -> None:
        found = self._target.found
        if found is None or found.binary is None:
            return
        try:
            self._recorder.add_once("binary/calls.json", found.binary.calls())
        except BadInput as error:
            self._recorder.not_read(f"call sites in {subject.name}", error.message, error.hint)
        found.binary.close()

    def _status(self) -> CaptureStatus:
        seen = self._watch.process if self._watch is not None else {}
        return CaptureStatus(
            elapsed_seconds=self.elapsed,
            for_seconds=self._options.for_seconds,
            rss_bytes=seen.get("rss_bytes", float("nan")),
            goroutines=self._endpoint.goroutines if self._endpoint is not None else None,
            looks=self._answers,
            spent=self._budget.text(self.elapsed),
        )

    @property
    def _answers(self) -> int:
        answers = self._endpoint.answers if self._endpoint is not None else 0
        return answers + (self._xray.looks if self._xray is not None else 0)


def _mappings(options: CaptureOptions) -> Cadence:
    return Cadence(
        first=(0.1,),
        every_seconds=options.every_seconds,
        stretch_fraction=0.0,
        cost_share=options.budget_fraction / len(options.looks),
    )
