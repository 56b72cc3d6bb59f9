"""Records an execution trace of a running program, and shows what it says."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from goom.case.errors import BadInput
from goom.case.names import harmless
from goom.cli.trace_screen import Wanted, read_trace, tell, written
from goom.cli.trace_screen import show as show_files
from goom.sources import trace_look
from goom.sources.live_target import find_target, is_live, parse_live


def show(targets: Sequence[str], wanted: Wanted) -> int:
    """Say what it costs, record, show; files when there is no program among the targets."""
    live = [target for target in targets if is_live(target)]
    if not live:
        return show_files(targets, wanted)
    if len(live) < len(targets):
        raise BadInput(
            "goom reads files or records a program, not both at once.",
            "Record it first:  goom trace PID --for 5s -o app.trace",
        )
    pid, url = parse_live(live)
    seconds = wanted.for_seconds or trace_look.seconds_of(url) or trace_look.USUAL_SECONDS
    target = find_target(pid, url)
    for line in trace_look.cost(target.subject, seconds):
        print(harmless(line), file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="goom-") as folder:
        path = Path(wanted.output or Path(folder, f"{Path(target.subject.name).name}.trace"))
        trace_look.record(target, seconds, path)
        if wanted.output:
            written(path)
        return tell([read_trace(path)], wanted)
