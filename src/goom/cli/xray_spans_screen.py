"""Shows the span map that X-ray reads: once as a screen, or again and again as lines."""

from __future__ import annotations

import json
import sys
import time

from goom.case.document import plain
from goom.cli import terminal
from goom.formats import xray_spans
from goom.renderers import spans_text
from goom.renderers.text.lines import in_ascii
from goom.signals.span_occupancy import span_occupancy
from goom.sources.xray.spans import read_spans
from goom.sources.xray.target import Target


def show_spans(target: Target, *, every: bool, as_machine: bool) -> None:
    """Read the map and print it; ``every``: as one line of many."""
    told = read_spans(target)
    derived = span_occupancy(told)
    width, _ = terminal.size()
    if as_machine:
        document = json.loads(xray_spans.to_json(told)) | {"occupancy": plain(derived)}
        text = json.dumps(document) + "\n"
    elif every:
        text = f"{time.strftime('%H:%M:%S')}  {spans_text.one_line(derived, width - 10)}\n"
    else:
        name = target.about.path or target.about.module or "a program without a name"
        title = f"{name.rpartition('/')[2]}, pid {target.pid}"
        color = terminal.colors()
        text = spans_text.render(told, derived, title, width=width, color=color)
    sys.stdout.write(text if terminal.draws(text) else in_ascii(text))
    sys.stdout.flush()
