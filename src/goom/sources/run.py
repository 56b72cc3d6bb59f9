"""Starts a program, watches it until it ends, and leaves a bundle: ``goom run`` and the lab."""

from __future__ import annotations

import contextlib
import math
import os
import signal
import threading
import time
from collections.abc import Mapping
from dataclasses import replace

from goom.case.subject import Ending
from goom.sources import cgroup, stderr_tap
from goom.sources.bundle_writer import BundleWriter
from goom.sources.cgroup import CannotMakeError, MemoryCgroup, OwnedCgroup
from goom.sources.child import Child, ChildOptions, warm, with_tracing
from goom.sources.ebpf.looks import EbpfOptions
from goom.sources.ebpf.watch import LONGEST_SECONDS, EbpfWatch
from goom.sources.freezer import Freezer, make_freezer
from goom.sources.manifest import Manifest, ManifestEnd
from goom.sources.observation import Observation, Target
from goom.sources.observed_subject import describe
from goom.sources.recorder import Recorder
from goom.sources.run_options import RunOptions, RunResult, RunStatus, refuse_unwritable
from goom.sources.subject_finder import find_subject

__all__ = ["RunOptions", "RunResult", "RunStatus", "observe"]

_GRACE_SECONDS = 5.0
_LAST_ROUND_SECONDS = 2.0
_STATUS_SECONDS = 0.2
_GO_RAN_OUT = (
    b"runtime: out of memory",
    b"fatal error: out of memory",
    b"fatal error: runtime: out of memory",
    b"fatal error: runtime: cannot allocate memory",
)


def observe(command: tuple[str, ...], options: RunOptions) -> RunResult:
    """Run ``command`` to its end under observation.

    Raises CannotStartError when it cannot be started, GoomError when the bundle cannot be written.
    No cgroup of the run stays behind, and where goom ends the program, nothing that it started.
    What a program leaves that ends by itself is killed only with its cgroup.
    """
    run = _Run(command, options)
    try:
        return run.to_the_end()
    finally:
        run.clean_up()


class _Run:
    def __init__(self, command: tuple[str, ...], options: RunOptions) -> None:
        self._command, self._options = command, options
        self._forwarder = options.forwarder
        self._warnings: list[str] = []
        self._group: OwnedCgroup | None = None
        self._above: MemoryCgroup | None = None  # the limit that is there anyhow
        self._freezer: Freezer | None = None
        self._observation: Observation | None = None
        self._child: Child | None = None
        self._ended = threading.Event()
        self._fresh_trace: list[bytes] = []
        self._status_at = 0.0
        self._stopped = self._enforced = self._go_ran_out = False
        self._asked_to_end_at = math.inf

    def to_the_end(self) -> RunResult:
        refuse_unwritable(self._options.bundle)
        environment = with_tracing(self._options.environment)
        self._group = self._own_cgroup()
        self._freezer = self._own_freezer()
        child = self._child = self._start(environment)
        target = self._target(child, environment)
        kills_before = target.group.oom_kill_count() if target.group else 0
        writer = BundleWriter(self._options.bundle)
        recorder = Recorder(writer, Manifest(subject=target.subject, options=self._stated()))
        tap = self._tap(child, recorder)
        if self._forwarder is not None:
            threading.Thread(target=self._forward_signals, args=[child], daemon=True).start()
        observation = self._observation = Observation(recorder, target, self._ebpf(recorder))
        enforcing = target.limit_bytes is not None and target.group is None
        observation.start(self._enforce if enforcing else None)
        self._watch(child, observation)
        at_seconds = time.time()
        self._ended.set()
        self._leave_no_one(child)
        tap.finish()
        subject = observation.finish()
        kills = target.group.oom_kill_count() - kills_before if target.group else 0
        ending = self._ending(child, at_seconds, kills)
        recorder.finish(ManifestEnd(ending=ending, subject=subject))
        if not observation.found.is_go:
            self._warn(f"{subject.name} is no Go program: only /proc and the cgroup were watched.")
        found = observation.endpoint.endpoint
        return RunResult(
            bundle=self._options.bundle,
            ending=ending,
            go_version=subject.go_version,
            pprof_url=found.base_url if found else "",
            warnings=tuple(self._warnings),
        )

    def clean_up(self) -> None:
        """Leave nothing behind; does nothing the second time."""
        self._ended.set()
        if self._observation is not None:
            self._observation.release()
        if self._freezer is not None:
            self._freezer.thaw()  # version 1 lets no frozen process die
        if self._child is not None:
            self._leave_no_one(self._child)
            self._child.close()
        if self._group is not None:
            self._group.close()
            if self._group.remove():
                self._warn("processes that the program left in its cgroup were killed with it.")
        if self._freezer is not None:
            self._freezer.close()
        if self._above is not None:
            self._above.close()
        self._child = self._group = self._freezer = self._above = self._observation = None

    def _leave_no_one(self, child: Child) -> None:
        child.kill_and_reap()
        if said := child.end_relatives(_GRACE_SECONDS if self._stopped else 0.0):
            self._warn(said)

    def _own_cgroup(self) -> OwnedCgroup | None:
        limit = self._options.memory_limit_bytes
        if limit is None:
            return None
        try:
            return cgroup.make_cgroup(limit)
        except CannotMakeError as error:
            self._warn(
                f"NO MEMORY CGROUP can be made here ({error}): goom itself watches RSS and kills "
                "at the limit; page cache and kernel memory do not count."
            )
            return None

    def _own_freezer(self) -> Freezer | None:
        """To hold the child at its limit, or at one that goom is under, too."""
        if self._group is None:
            stated = self._options.memory_limit_bytes is not None  # and goom itself enforces it
            self._above = None if stated else cgroup.limited_cgroup_of(os.getpid())
            if self._above is None:
                return None
        return make_freezer(self._group)

    def _start(self, environment: Mapping[str, str]) -> Child:
        options = self._options
        if self._group is not None:
            warm(self._command[0], environment)
        entrances = (self._group.entrance(),) if self._group is not None else ()
        tried = self._freezer.entrances() if self._freezer is not None else ()
        try:
            child = Child(
                self._command,
                ChildOptions(
                    environment=environment,
                    folder=options.folder,
                    stdin=options.stdin,
                    stdout=options.stdout,
                    entrances=entrances,
                    tried=tried,
                    unblock=self._forwarder.blocked if self._forwarder else frozenset(),
                ),
            )
        finally:
            for entrance in (*entrances, *tried):
                os.close(entrance)
        if self._freezer is not None and child.pid not in self._freezer.pids():
            self._freezer.close()  # it was not let in, or has ended
            self._freezer = None
        return child

    def _target(self, child: Child, environment: Mapping[str, str]) -> Target:
        found = find_subject(child.pid)
        stated = self._options.memory_limit_bytes
        group = self._group or self._above
        subject = describe(
            found,
            environment=environment,
            command=self._command,
            group=group,
            limit_bytes=stated,
        )
        now = child.started_at_seconds
        return Target(
            root=found,
            subject=replace(subject, observed_from_seconds=now),
            group=group,
            limit_bytes=subject.memory_limit_bytes,
            pprof_url=self._options.pprof_url,
            ask_ports=self._options.ask_ports,
            freezer=self._freezer,
        )

    def _stated(self) -> dict[str, str]:
        options = self._options
        return {
            "command": "run",
            "memory": str(options.memory_limit_bytes or ""),
            "for_seconds": str(options.stop_after_seconds),
            "go_pprof": options.pprof_url,
        }

    def _ebpf(self, recorder: Recorder) -> EbpfWatch | None:
        options = self._options
        if not options.ebpf:
            return None
        seconds = min(options.stop_after_seconds, LONGEST_SECONDS)
        return EbpfWatch(recorder, EbpfOptions(what=options.ebpf, seconds=seconds))

    def _tap(self, child: Child, recorder: Recorder) -> stderr_tap.StderrTap:
        def keep(at_seconds: float, line: bytes) -> None:
            recorder.trace_line(at_seconds, line)
            self._go_ran_out |= line.startswith(_GO_RAN_OUT)
            if self._options.on_status is not None:
                self._fresh_trace.append(line)

        options = self._options
        return stderr_tap.StderrTap(
            child.stderr, quiet=options.quiet, sink=options.stderr, keep=keep
        )

    def _forward_signals(self, child: Child) -> None:
        while self._forwarder is not None and not self._ended.is_set():
            self._forwarder.forward_pending(child, 0.1)

    def _watch(self, child: Child, observation: Observation) -> None:
        pause = 0.0
        while not child.ended_within(pause):
            pause = observation.tick()
            self._tell(observation)
            self._end_in_time(child, observation)

    def _end_in_time(self, child: Child, observation: Observation) -> None:
        elapsed = observation.elapsed_seconds
        if not self._stopped and elapsed >= self._options.stop_after_seconds:
            observation.last_round(_LAST_ROUND_SECONDS)
            self._stopped = not child.ended_within(0)
            self._asked_to_end_at = observation.elapsed_seconds
            child.end(signal.SIGTERM)
        elif elapsed > self._asked_to_end_at + _GRACE_SECONDS:
            child.end(signal.SIGKILL)
        if child.refuses:
            self._warn(f"goom may not end the program, and waits. End it:  sudo kill {child.pid}")

    def _enforce(self) -> None:
        if self._child is not None and not self._enforced:
            self._enforced = True
            family = self._observation.family if self._observation is not None else ()
            self._child.end(signal.SIGKILL, family)

    def _tell(self, observation: Observation) -> None:
        elapsed, tell = observation.elapsed_seconds, self._options.on_status
        if tell is None or elapsed < self._status_at:
            return
        self._status_at = elapsed + _STATUS_SECONDS
        lines, self._fresh_trace = self._fresh_trace, []
        rss = observation.watch.process.get("rss_bytes", math.nan)
        tell(
            RunStatus(
                elapsed_seconds=elapsed,
                rss_bytes=rss,
                used_bytes=observation.watch.cgroup.get("usage_bytes", rss),
                limit_bytes=observation.target.limit_bytes,
                goroutines=observation.endpoint.goroutines,
                trace=b"".join(line + b"\n" for line in lines),
            )
        )

    def _ending(self, child: Child, at_seconds: float, kills: int) -> Ending:
        code, number = child.ended_by
        killed = number == signal.SIGKILL or code == 128 + signal.SIGKILL
        return Ending(
            at_seconds=at_seconds,
            exit_code=code,
            signal=number,
            oom_killed=kills > 0 and killed,
            oom_kill_count=kills,
            limit_enforced_by_goom=self._enforced and killed,
            go_out_of_memory=self._go_ran_out and not killed,
            stopped_by_goom=self._stopped and not child.refuses,
        )

    def _warn(self, message: str) -> None:
        if message in self._warnings:
            return
        self._warnings.append(message)
        with contextlib.suppress(OSError):
            self._options.say(message)
