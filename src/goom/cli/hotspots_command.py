"""Where your code allocates and holds memory: lines over a share of a heap profile.

goom hotspots heap.pb.gz cpu.pb.gz   a CPU profile beside it shows what the heap profile hides
goom hotspots x.goom --threshold 5%  of a bundle's newest heap profile
"""

from __future__ import annotations

import argparse

from goom.cli.options import share, size

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
    parser.add_argument(
        "--main-package",
        action="append",
        default=[],
        metavar="PREFIX",
        help="an import path that is your own code; may be given several times",
    )
    parser.add_argument(
        "--max-bytes", type=size, metavar="512M", help="how much may be read and unpacked"
    )
    parser.add_argument("--json", action="store_true", help="every figure, for machines")


def run(parsed: argparse.Namespace) -> int:
    """Load, find, print; 0 also when nothing is over the threshold."""
    from goom.cli.hotspots_screen import show  # numpy and all rooms: not for --help
    from goom.sources.load import LoadOptions, load

    bounds = {} if parsed.max_bytes is None else {"max_bytes": parsed.max_bytes}
    options = LoadOptions(main_packages=tuple(parsed.main_package), **bounds)
    measures = (parsed.sample_type,) if parsed.sample_type else _MEASURES
    show(load(parsed.targets, options), parsed.threshold, measures, as_json=parsed.json)
    return 0
