"""The verdict on a bundle, a pid, an address, a folder or files.

  goom diagnose x.goom
  goom diagnose 4711                              watches it for ten seconds first
  goom diagnose http://127.0.0.1:6060/debug/pprof
  goom diagnose heap1.pb.gz heap2.pb.gz gc.log --memory-limit 512M

Files are recognised by what they hold, not by their names. Exit status: 0 healthy, 1 something was
found, 2 cannot tell or the input cannot be read.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import PurePath

from goom.case.errors import BadInput
from goom.cli.options import ebpf, ebpf_looks, gogc, loading, reading, seconds, size

_STDOUT = "-"
_JSON_ENDS, _MARKDOWN_ENDS = (".json",), (".md", ".markdown")


def arguments(parser: argparse.ArgumentParser) -> None:
    """The targets, the forms of the answer, and what files cannot say."""
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="what to diagnose")
    forms = parser.add_argument_group("forms of the answer, instead of the screen or beside it")
    forms.add_argument(
        "--json", nargs="?", const=_STDOUT, default="", metavar="FILE.json", help="as JSON"
    )
    forms.add_argument(
        "--markdown",
        nargs="?",
        const=_STDOUT,
        default="",
        metavar="FILE.md",
        help="as Markdown, for a ticket",
    )
    forms.add_argument("--html", default="", metavar="FILE", help="a report in one file")
    said = parser.add_argument_group("what files cannot say")
    said.add_argument("--memory-limit", type=size, metavar="128M", help="the container's limit")
    said.add_argument("--gogc", type=gogc, metavar="N", help="GOGC, or off")
    said.add_argument("--gomemlimit", type=size, metavar="100MiB", help="GOMEMLIMIT")
    reading(said)
    parser.add_argument(
        "--for",
        type=seconds,
        default=10.0,
        dest="for_seconds",
        metavar="10s",
        help="how long to watch a running program",
    )
    ebpf(parser)


def run(parsed: argparse.Namespace) -> int:
    """Load, diagnose, show."""
    from goom.cli.report import Wanted, show  # numpy and all rooms: not for --help
    from goom.diagnose import diagnose
    from goom.sources.load import LoadOptions, load

    json_file, markdown_file = _forms(parsed)
    if not parsed.targets:
        raise BadInput("there is nothing to diagnose.", "Try:  goom diagnose x.goom")
    options = LoadOptions(
        memory_limit_bytes=parsed.memory_limit,
        gogc_percent=parsed.gogc,
        gomemlimit_bytes=parsed.gomemlimit,
        for_seconds=parsed.for_seconds,
        ebpf=_probes(parsed),
        **loading(parsed),
    )
    case = diagnose(load(parsed.targets, options))
    bundle = parsed.targets[0] if parsed.targets[0].endswith(".goom") else ""
    return show(
        case, Wanted(json=json_file, markdown=markdown_file, html=parsed.html, evidence=bundle)
    )


def _probes(parsed: argparse.Namespace) -> tuple[str, ...]:
    """The eBPF looks that were asked for, after saying what they cost."""
    if not parsed.ebpf:
        return ()
    from goom.sources.ebpf.looks import EbpfOptions, checked
    from goom.sources.ebpf.plan import lines

    options = EbpfOptions(what=checked(ebpf_looks(parsed)), seconds=parsed.for_seconds)
    print("\n".join(lines("the program", None, options)), file=sys.stderr, flush=True)
    return options.what


def _forms(parsed: argparse.Namespace) -> tuple[str, str]:
    """``--json x.goom`` means the bundle and stdout: no evidence is ever written over."""
    chosen: list[str] = []
    for value, ends in ((parsed.json, _JSON_ENDS), (parsed.markdown, _MARKDOWN_ENDS)):
        if value in ("", _STDOUT) or PurePath(value).suffix.lower() in ends:
            chosen.append(value)
        else:
            parsed.targets.insert(0, value)
            chosen.append(_STDOUT)
    return chosen[0], chosen[1]
