"""Which lines of your code allocate and hold memory.

goom hotspots heap.pb.gz cpu.pb.gz   a CPU profile beside it shows what the heap profile hides
goom hotspots x.goom --threshold 5%  of a bundle's newest heap profile
"""

from __future__ import annotations

import argparse

from goom.cli.options import loading, reading, share

_MEASURES = ("alloc_space", "alloc_objects", "inuse_space", "inuse_objects")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Targets, the threshold, one measure, whose code it is, and JSON."""
    parser.add_argument("targets", nargs="+", metavar="FILE|BUNDLE", help="profiles or a bundle")
    parser.add_argument(
        "--threshold",
        type=share,
        default=0.15,
        metavar="15%",
        help="the least share of a measure that is shown (default 15%%)",
    )
    parser.add_argument("--sample-type", choices=_MEASURES, help="one measure only")
    reading(parser)
    parser.add_argument("--json", action="store_true", help="every figure, for machines")


def run(parsed: argparse.Namespace) -> int:
    """Load, find, print; 0 also when nothing is over the threshold."""
    from goom.cli.hotspots_screen import show  # numpy and all rooms: not for --help
    from goom.sources.load import LoadOptions, load

    measures = (parsed.sample_type,) if parsed.sample_type else _MEASURES
    show(
        load(parsed.targets, LoadOptions(**loading(parsed))),
        parsed.threshold,
        measures,
        as_json=parsed.json,
    )
    return 0
