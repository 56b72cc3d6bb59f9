"""Where your code allocates and holds memory: lines over a share of a heap profile.

goom hotspots heap.pb.gz cpu.pb.gz   a CPU profile beside it shows what the heap profile hides
goom hotspots x.goom --threshold 5%  of a bundle's newest heap profile
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from goom.case.document import plain
from goom.case.errors import BadInput
from goom.case.evidence import Evidence
from goom.case.hotspot import Hotspot
from goom.case.names import harmless, place, short_function
from goom.case.profile import Profile
from goom.case.units import bytes_text, percent_text

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


def arguments(parser: argparse.ArgumentParser) -> None:
    """Targets, the threshold, one measure, and JSON."""
    parser.add_argument("target", nargs="+", metavar="FILE|BUNDLE", help="profiles or a bundle")
    parser.add_argument(
        "--threshold",
        type=fraction,
        default=0.15,
        metavar="SHARE",
        help="the least share of a measure that is shown (default 15%%)",
    )
    parser.add_argument("--sample-type", choices=tuple(_TITLES), help="one measure only")
    parser.add_argument("--json", action="store_true", help="every figure, for machines")


def fraction(text: str) -> float:
    """Read ``15%`` or ``0.15``."""
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = -1.0
    if not 0 < share <= 1:
        raise argparse.ArgumentTypeError(f"not a share: {text!r} (try 15% or 0.15)")
    return share


def run(parsed: argparse.Namespace) -> int:
    """Load, find, print; 0 also when nothing is over the threshold."""
    from goom.signals.allocation_patterns import runtime_calls
    from goom.signals.hotspots import MEASURES, hotspots_of, newest_heap
    from goom.sources.load import LoadOptions, load

    evidence = load(parsed.target, LoadOptions())
    heap = newest_heap(evidence.profiles)
    if heap is None:
        raise _no_heap(evidence)
    cpus = evidence.profiles.of("cpu")
    found = hotspots_of(
        heap,
        evidence.subject,
        parsed.threshold,
        measures=(parsed.sample_type,) if parsed.sample_type else MEASURES,
        calls=runtime_calls(cpus[-1] if cpus else None, evidence.subject),
    )
    if parsed.json:
        _print_json(heap, found.all, parsed.threshold)
    else:
        _print_tables(heap, found.all, parsed.threshold)
    return 0


def _no_heap(evidence: Evidence) -> BadInput:
    seen = sorted({profile.kind for profile in evidence.profiles.all})
    what = f" (only {', '.join(seen)})" if seen else ""
    why = [f"{item.what}: {item.why}" for item in evidence.not_read[:_REASONS_SHOWN]]
    return BadInput("\n".join([f"no heap profile was given{what}.", *why]), _HINT)


def _print_json(profile: Profile, spots: tuple[Hotspot, ...], threshold: float) -> None:
    document = {
        "schema": "goom.hotspots/1",
        "profile": profile.origin,
        "threshold_fraction": threshold,
        "hotspots": plain(spots),
    }
    sys.stdout.write(json.dumps(document, indent=2, allow_nan=False) + "\n")


def _print_tables(profile: Profile, spots: tuple[Hotspot, ...], threshold: float) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=False)
    console.print(Text(f"Lines over {percent_text(threshold)} in {harmless(profile.origin)}"))
    if not spots:
        console.print(Text("  None: no line stands out. Try a lower --threshold."))
    for measure in dict.fromkeys(spot.measure for spot in spots):
        console.print()
        console.print(Text(_TITLES[measure], style="bold"))
        for spot in spots:
            if spot.measure == measure:
                _print_spot(console, spot)


def _print_spot(console: Console, spot: Hotspot) -> None:
    from rich.padding import Padding
    from rich.text import Text

    size = bytes_text(spot.value) if spot.measure.endswith("space") else f"{spot.value:,.0f}"
    where = harmless(place(spot.file, spot.line))
    head = f"  {percent_text(spot.share_fraction):>6}  {size:>10}  "
    name = harmless(short_function(spot.function))
    console.print(Text.assemble(head, (name, "bold"), f"  {where}"))
    error = f"±{percent_text(spot.error_fraction)} (sampled)" if spot.error_fraction else ""
    facts = [fact for fact in (spot.pattern.replace("_", " "), error) if fact]
    if spot.winnable_fraction > 0:
        won = percent_text(spot.winnable_fraction)
        facts.append(f"could win {won} of the total: {spot.winnable_why}")
    for text in (" · ".join(facts), spot.remedy):
        if text:
            console.print(Padding(Text(text), (0, 0, 0, 10), expand=False))
