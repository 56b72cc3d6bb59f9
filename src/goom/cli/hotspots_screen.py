"""Shows hotspots: by measure for people, every figure for machines."""

from __future__ import annotations

import json
import sys
import textwrap
from typing import TYPE_CHECKING

from goom.case.document import plain
from goom.case.errors import BadInput
from goom.case.evidence import Evidence
from goom.case.hotspot import Hotspot
from goom.case.names import harmless, place, short_function
from goom.case.units import bytes_text, percent_text
from goom.signals.allocation_patterns import runtime_calls
from goom.signals.hotspots import hotspots_of, newest_heap

if TYPE_CHECKING:
    from rich.console import Console

_TITLES = {
    "alloc_space": "Bytes allocated since the start",
    "alloc_objects": "Objects allocated since the start",
    "inuse_space": "Bytes in use",
    "inuse_objects": "Objects in use",
}
_HINT = "Take one:  curl -o heap.pb.gz http://HOST/debug/pprof/heap"
_REASONS_SHOWN = 3
_INDENT = 10


def show(
    evidence: Evidence, threshold_fraction: float, measures: tuple[str, ...], *, as_json: bool
) -> None:
    """Find and print; BadInput when there is no heap profile."""
    heap = newest_heap(evidence.profiles)
    if heap is None:
        raise _no_heap(evidence)
    cpus = evidence.profiles.of("cpu")
    calls = runtime_calls(cpus[-1] if cpus else None, evidence.subject)
    spots = hotspots_of(
        heap, evidence.subject, threshold_fraction, measures=measures, calls=calls
    ).all
    if as_json:
        document = {
            "schema": "goom.hotspots/1",
            "profile": plain(heap.origin),
            "threshold_fraction": threshold_fraction,
            "hotspots": plain(spots),
        }
        sys.stdout.write(json.dumps(document, indent=2, allow_nan=False) + "\n")
    else:
        _print_all(heap.origin, spots, threshold_fraction)


def _no_heap(evidence: Evidence) -> BadInput:
    seen = sorted({profile.kind for profile in evidence.profiles.all})
    what = f" (only {', '.join(seen)})" if seen else ""
    why = [f"{item.what}: {item.why}" for item in evidence.not_read[:_REASONS_SHOWN]]
    return BadInput("\n".join([f"there is no heap profile with samples{what}.", *why]), _HINT)


def _print_all(origin: str, spots: tuple[Hotspot, ...], threshold_fraction: float) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    title = f"Lines over {percent_text(threshold_fraction)} in {harmless(origin)}"
    console.print(Text(title))
    if not spots:
        console.print(Text("  None: no line stands out. Try a lower --threshold."))
    for measure in dict.fromkeys(spot.measure for spot in spots):
        console.print()
        console.print(Text(_TITLES[measure], style="bold"))
        for spot in spots:
            if spot.measure == measure:
                _print_one(console, spot)


def _print_one(console: Console, spot: Hotspot) -> None:
    from rich.text import Text

    size = bytes_text(spot.value) if spot.measure.endswith("space") else f"{spot.value:,.0f}"
    head = f"  {percent_text(spot.share_fraction):>6}  {size:>10}  "
    name = (harmless(short_function(spot.function)), "bold")
    console.print(Text.assemble(head, name, f"  {harmless(place(spot.file, spot.line))}"))
    facts = [spot.pattern.replace("_", " ")]
    if spot.error_fraction:
        facts.append(f"±{percent_text(spot.error_fraction)} (sampled)")
    if spot.winnable_fraction > 0:
        won = percent_text(spot.winnable_fraction)
        facts.append(f"could win {won} of the total: {spot.winnable_why}")
    indent = " " * _INDENT
    for text in (" · ".join(filter(None, facts)), spot.remedy):
        for row in textwrap.wrap(
            text, max(console.width, 40), initial_indent=indent, subsequent_indent=indent
        ):
            console.print(Text(row))
