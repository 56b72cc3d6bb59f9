"""Start a program under observation; explain how it ended.

  goom run -- ./app -port 8080
  goom run --memory 128M -- ./app          in a memory cgroup of its own
  goom run --for 60s -o x.goom -- ./app    ends it after a minute

The program's input, output, environment, signals and exit status pass through; GODEBUG gets
gctrace=1,scavtrace=1 (your own keys win). Its pprof endpoint is found by its listening sockets.
Where no cgroup can be made, goom watches RSS and kills at the limit itself, and says so.

Writes NAME.goom (the evidence) and NAME.html (the report) into the current folder. Exit status: the
program's (128 and the signal's number when it was killed); with --for, when goom ended it, 0
healthy, 1 something was found, 2 cannot tell.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from goom.case.errors import GoomError
from goom.cli.options import ebpf, ebpf_looks, limit, seconds

if TYPE_CHECKING:
    from goom.sources.run_options import RunResult


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to run, within what limit, how long, and what to write."""
    parser.add_argument(
        "--memory", type=limit, metavar="128M", help="run it in a memory cgroup with this limit"
    )
    parser.add_argument(
        "--for",
        type=seconds,
        default=math.inf,
        dest="for_seconds",
        metavar="60s",
        help="end it after this time, and what it started: SIGTERM, 5 s of grace, SIGKILL",
    )
    parser.add_argument(
        "--go-pprof",
        default="",
        metavar="URL",
        help="its pprof address, where goom cannot find it by itself",
    )
    ebpf(parser)
    parser.add_argument("-o", "--output", metavar="FILE", help="the bundle (default NAME.goom)")
    parser.add_argument(
        "--quiet", action="store_true", help="take the GC trace lines out of its stderr"
    )
    parser.add_argument("--html", default="", metavar="FILE", help="the report (NAME.html)")
    parser.add_argument("--json", default="", metavar="FILE", help="the case as JSON, too")
    parser.add_argument("--markdown", default="", metavar="FILE", help="for a ticket, too")
    parser.add_argument("--no-report", action="store_true", help="write no HTML report")
    parser.add_argument(
        "command", nargs=argparse.REMAINDER, metavar="-- COMMAND …", help="the program"
    )


def run(parsed: argparse.Namespace) -> int:
    """Run it, then say what was the matter."""
    command = _command(parsed.command)
    bundle = _bundle(parsed.output, command[0])
    from goom.sources.child import CannotStartError  # threads, sockets: not for --help

    try:
        result = _observe(command, bundle, parsed)
    except CannotStartError as error:
        lines = (f"goom: {error.message}", *(f"      {line}" for line in error.hint.splitlines()))
        print("\n".join(lines), file=sys.stderr)
        return error.status
    found = _explain(result, parsed)
    return found if result.ending.stopped_by_goom else result.shell_status


def _observe(command: tuple[str, ...], bundle: Path, parsed: argparse.Namespace) -> RunResult:
    from goom.sources.child import SignalForwarder

    # First of all: numpy starts threads, and a thread that does not block signals dies of them.
    with contextlib.closing(SignalForwarder()) as forwarder:
        from goom.cli.live_line import LiveLine
        from goom.formats.gctrace_live import IncrementalTrace
        from goom.sources.run import RunOptions, observe

        line = LiveLine(Path(command[0]).name, IncrementalTrace())
        options = RunOptions(
            bundle=bundle,
            memory_limit_bytes=parsed.memory,
            stop_after_seconds=parsed.for_seconds,
            pprof_url=parsed.go_pprof,
            ebpf=_probes(parsed),
            quiet=parsed.quiet,
            forwarder=forwarder,
            stderr=line.pass_through,
            say=line.say,
            on_status=line.show,
        )
        try:
            return observe(command, options)
        finally:
            line.finish()


def _probes(parsed: argparse.Namespace) -> tuple[str, ...]:
    """The eBPF looks that were asked for, after saying what they cost."""
    if not parsed.ebpf:
        return ()
    from goom.sources.ebpf.looks import EbpfOptions, checked
    from goom.sources.ebpf.plan import lines
    from goom.sources.ebpf.watch import LONGEST_SECONDS

    seconds = min(parsed.for_seconds, LONGEST_SECONDS)
    options = EbpfOptions(what=checked(ebpf_looks(parsed)), seconds=seconds)
    print("\n".join(lines("the program", None, options)), file=sys.stderr, flush=True)
    return options.what


def _explain(result: RunResult, parsed: argparse.Namespace) -> int:
    from goom.cli.report import Wanted, show
    from goom.diagnose import diagnose
    from goom.sources.bundle_reader import read_bundle

    try:
        case = diagnose(read_bundle(result.bundle))
    except Exception:
        print(f"goom: the evidence is saved in {result.bundle}", file=sys.stderr)
        raise
    html = parsed.html or str(result.bundle.with_suffix(".html"))
    wanted = Wanted(
        json=parsed.json,
        markdown=parsed.markdown,
        html="" if parsed.no_report else html,
        evidence=str(result.bundle),
    )
    # The program's own output may go into a pipe: what goom has to say does not belong there.
    with contextlib.redirect_stdout(sys.stderr):
        return show(case, wanted)


def _command(given: list[str]) -> tuple[str, ...]:
    command = tuple(given[1:] if given[:1] == ["--"] else given)
    if not command:
        raise GoomError("there is no program to run.", "Try:  goom run --memory 128M -- ./app")
    return command


def _bundle(output: str | None, program: str) -> Path:
    """The file that was named, or NAME.goom, NAME-2.goom …: evidence is not written over."""
    if output is not None:
        return Path(output)
    name = Path(program).name.lstrip(".") or "program"
    names = (f"{name}.goom" if n == 1 else f"{name}-{n}.goom" for n in itertools.count(1))
    return next(path for path in map(Path, names) if not path.exists())
