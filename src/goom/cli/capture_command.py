"""Save evidence of a running program, by pid, address or both.

  goom capture 4711 --for 60s -o x.goom
  goom capture http://10.0.0.7:6060/debug/pprof
  goom capture --pid 4711 --url http://127.0.0.1:6060/debug/pprof --profiles heap,goroutine

Says beforehand what each look costs the program, and keeps all of them together under the budget.
Ctrl-C ends it early; what was seen until then is in the bundle.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from goom.case.errors import BadInput
from goom.case.units import bytes_text, percent_text, seconds_text
from goom.cli.options import ebpf, ebpf_looks, seconds, share, size

if TYPE_CHECKING:
    from goom.sources.capture import CaptureOptions, CaptureResult, CaptureStatus
    from goom.sources.capture_plan import Look
    from goom.sources.live_target import LiveTarget

_LINE_SECONDS = 0.25
_OFTEN = {1: "once", 2: "twice"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Whom to look at, how long, how often, and where the bundle goes."""
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="a pid, an address, or both")
    parser.add_argument("--pid", type=int, help="the process, on this machine")
    parser.add_argument("--url", default="", help="its pprof address, the part before /heap")
    parser.add_argument(
        "--for", type=seconds, default=30.0, dest="for_seconds", metavar="30s", help="how long"
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="the bundle (default NAME-TIME.goom)"
    )
    parser.add_argument("--profiles", metavar="heap,goroutine,…", help="which looks to take")
    parser.add_argument(
        "--every", type=seconds, default=5.0, metavar="5s", help="between two looks of one kind"
    )
    parser.add_argument(
        "--budget",
        type=share,
        default=0.01,
        metavar="1%",
        help="of the time that all looks may take of the program",
    )
    parser.add_argument(
        "--trace", type=seconds, metavar="2s", help="an execution trace as well, that long"
    )
    ebpf(parser)
    parser.add_argument(
        "--freeze",
        action="store_true",
        help="hold its cgroup still while it is read close to its memory limit",
    )
    parser.add_argument(
        "--max-bytes", type=size, metavar="1G", help="how large the bundle may grow"
    )
    parser.add_argument("--quiet", action="store_true", help="no plan and no progress")


def run(parsed: argparse.Namespace) -> int:
    """Find the program, say what is going to happen, capture."""
    from goom.sources.capture import CaptureOptions, capture, planned  # http: not for --help
    from goom.sources.capture_plan import DEFAULT, chosen
    from goom.sources.live_target import find_target

    names = tuple(parsed.profiles.split(",")) if parsed.profiles else DEFAULT
    chosen(names)  # a name that is none is said before anybody is looked at
    target = find_target(*_whom(parsed))
    bounds = {} if parsed.max_bytes is None else {"max_bytes": parsed.max_bytes}
    options = CaptureOptions(
        bundle=_bundle(parsed.output, target.subject.name),
        for_seconds=parsed.for_seconds,
        looks=names,
        every_seconds=parsed.every,
        budget_fraction=parsed.budget,
        ebpf=_probes(parsed),
        freeze=parsed.freeze,
        trace_seconds=parsed.trace or 0.0,
        on_status=None if parsed.quiet else _Progress().show,
        **bounds,
    )
    looks = planned(options)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends it as Ctrl-C does
    if not parsed.quiet:
        _say(_plan(target, looks, options))
    result = capture(target, options)
    if not parsed.quiet:
        _say(_outcome(result, options))
    return 0


def _probes(parsed: argparse.Namespace) -> tuple[str, ...]:
    """The eBPF looks that were asked for; a name that is none is said at once."""
    if not parsed.ebpf:
        return ()
    from goom.sources.ebpf.looks import checked

    return checked(ebpf_looks(parsed))


def _whom(parsed: argparse.Namespace) -> tuple[int | None, str]:
    from goom.case.names import harmless
    from goom.sources.live_target import is_live, parse_live

    given = [*parsed.targets, *([str(parsed.pid)] if parsed.pid is not None else [])]
    given += [parsed.url] if parsed.url else []
    for target in given:
        if not is_live(target):
            raise BadInput(
                f"{harmless(target)} is neither a pid nor an http:// address.",
                "Find the pid:  pgrep -a NAME     A file is read by:  goom diagnose FILE",
            )
    if not given:
        raise BadInput("there is nobody to look at.", "Try:  goom capture PID")
    return parse_live(given)


def _bundle(output: str | None, name: str) -> Path:
    if output is None:
        safe = "".join(char if char.isalnum() or char in "-._" else "_" for char in name)
        return Path(f"{safe.lstrip('.') or 'subject'}-{time.strftime('%Y%m%dT%H%M%S')}.goom")
    path = Path(output)
    if path.is_file() and path.stat().st_size:
        raise BadInput(f"{output} is there already.", "Name another file:  -o other.goom")
    return path


def _plan(target: LiveTarget, looks: tuple[Look, ...], options: CaptureOptions) -> list[str]:
    from goom.case.names import harmless

    subject, endpoint = target.subject, target.endpoint
    version = f", Go {subject.go_version}" if subject.go_version else ""
    pid = f" (pid {subject.pid}{version})" if subject.pid is not None else ""
    place = f" at {endpoint.base_url}" if endpoint is not None else ""
    share = percent_text(options.budget_fraction)
    lines = [f"{harmless(subject.name)}{pid}{place}, for {seconds_text(options.for_seconds)}:"]
    if target.pid is not None:
        lines.append("  /proc and cgroup figures  every 0.5 s  a few reads; nothing stops")
    goroutines = endpoint.counts().get("goroutine") if endpoint is not None else None
    for look in looks:
        possible = target.pid is not None if look.query is None else endpoint is not None
        if possible:
            often = _OFTEN.get(look.rounds, f"every {options.every_seconds:g} s")
            lines.append(f"  {look.title:<24}  {often:<11}  {look.cost_text(goroutines)}")
    if endpoint is None:
        lines.append("  It has no pprof address that answers: X-ray reads who holds the memory.")
    lines += _ebpf_plan(options)
    lines.append(f"  Together at most {share} of the time; dearer looks are made rarer.")
    return lines


def _ebpf_plan(options: CaptureOptions) -> list[str]:
    if not options.ebpf:
        return []
    from goom.sources.ebpf import plan as ebpf_plan
    from goom.sources.ebpf.looks import EbpfOptions

    wanted = EbpfOptions(
        what=options.ebpf, seconds=options.for_seconds, budget_fraction=options.budget_fraction
    )
    return ebpf_plan.lines("through eBPF", None, wanted)[1:]


def _outcome(result: CaptureResult, options: CaptureOptions) -> list[str]:
    early = f": {result.ended}" if result.ended else ""
    size_text = bytes_text(result.bundle.stat().st_size)
    lines = [f"{seconds_text(result.seconds)}{early}. {result.looks} looks took {result.spent}."]
    if result.over_budget:
        budget = percent_text(options.budget_fraction)
        lines.append(f"That is over the budget of {budget}: one look of each kind is the least.")
    return [*lines, f"{result.bundle}  {size_text}   →  goom diagnose {result.bundle}"]


def _say(lines: list[str]) -> None:
    for line in lines:
        print(line, file=sys.stderr, flush=True)


class _Progress:
    """One line that is drawn over itself; nothing where stderr is no terminal."""

    def __init__(self) -> None:
        self._drawn_at = 0.0
        self._terminal = sys.stderr.isatty()

    def show(self, status: CaptureStatus) -> None:
        """Draw, a few times a second."""
        now = time.monotonic()
        last = status.elapsed_seconds >= status.for_seconds
        if not self._terminal or (now - self._drawn_at < _LINE_SECONDS and not last):
            return
        self._drawn_at = now
        goroutines = "" if status.goroutines is None else f"   goroutines {status.goroutines:,}"
        sys.stderr.write(
            f"\r  {status.elapsed_seconds:5.1f} of {status.for_seconds:g} s   "
            f"RSS {bytes_text(status.rss_bytes)}{goroutines}   "
            f"{status.looks} looks, {status.spent} of its time\x1b[K"
        )
        sys.stderr.flush()
