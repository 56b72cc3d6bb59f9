"""How the subject ended, in one sentence that says who ended it and why."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from math import isnan, nan

from goom.case.names import harmless
from goom.case.subject import Ending, Subject
from goom.case.units import mib_text, seconds_text

KILLED, ENDED, RUNNING, FILES = "killed", "ended", "running", "files"
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Headline:
    """``kind`` is killed (ended for want of memory), ended, running or files (nothing is known)."""

    kind: str
    text: str


def headline(subject: Subject) -> Headline:
    """The sentence at the top of every report."""
    name = harmless(subject.name)[:_LONGEST_NAME]
    if subject.ending is None:
        return _not_ended(subject, name)
    for sentence in (_out_of_memory, _other_end):
        found = sentence(subject, subject.ending, name)
        if found is not None:
            return found
    return Headline(ENDED, f"{name} ended{_after(subject)}; how is not known.")


def age_seconds(subject: Subject) -> float:
    """How long the subject lived, or was seen to live; nan when nothing says."""
    ending = subject.ending.at_seconds if subject.ending else nan
    stop = subject.observed_to_seconds if isnan(ending) else ending
    start = subject.started_at_seconds
    return stop - (subject.observed_from_seconds if isnan(start) else start)


def _out_of_memory(subject: Subject, ending: Ending, name: str) -> Headline | None:
    after, limit = _after(subject), _limit(subject)
    if ending.oom_killed:
        file = {1: "memory.limit_in_bytes", 2: "memory.max"}.get(subject.cgroup_version or 0)
        reached = f"{file or 'its memory limit'}{limit} reached"
        return Headline(KILLED, f"The kernel killed {name}{after}: {reached}.")
    if ending.limit_enforced_by_goom:
        return Headline(
            KILLED,
            f"goom killed {name}{after}: RSS reached the limit{limit} that goom itself enforced,"
            " for want of a memory cgroup.",
        )
    if ending.go_out_of_memory:
        return Headline(
            KILLED,
            f"{name} crashed{after} with Go's own “out of memory”: the system refused the runtime"
            " memory. This is not an OOM kill by the kernel.",
        )
    return None


def _other_end(subject: Subject, ending: Ending, name: str) -> Headline | None:
    after = _after(subject)
    if ending.stopped_by_goom:
        return Headline(ENDED, f"goom ended {name}{after}, as asked; nothing killed it before.")
    if ending.signal:
        spare = "" if ending.oom_kill_count else "; no OOM kill was counted"
        return Headline(ENDED, f"{name} ended{after} by {_signal_name(ending.signal)}{spare}.")
    if ending.exit_code is not None:
        return Headline(ENDED, f"{name} ended by itself{after}, exit status {ending.exit_code}.")
    return None


def _not_ended(subject: Subject, name: str) -> Headline:
    watched = subject.observed_to_seconds - subject.observed_from_seconds
    if subject.pid is None and subject.name == Subject().name:
        covers = "" if isnan(watched) else f" cover {seconds_text(watched)}; they"
        return Headline(FILES, f"The files given{covers} do not say how the process ended.")
    if isnan(watched):
        return Headline(FILES, f"{name}, from the files given; how it ended is not known.")
    pid = f" (pid {subject.pid})" if subject.pid else ""
    return Headline(RUNNING, f"{name}{pid} is still running; watched for {seconds_text(watched)}.")


def _after(subject: Subject) -> str:
    age = age_seconds(subject)
    return "" if isnan(age) else f" after {seconds_text(age)}"


def _limit(subject: Subject) -> str:
    limit = subject.memory_limit_bytes
    return "" if limit is None else f" ({mib_text(limit)} MiB)"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
