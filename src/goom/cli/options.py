"""What commands share about reading options: sizes, durations, shares and GOGC."""

from __future__ import annotations

import argparse
import math
import re
from typing import Any, Protocol

from goom.case.units import MIB, parse_bytes

_SECONDS = {"ms": 1e-3, "s": 1.0, "": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_EBPF = "mmap,stacks"  # what --ebpf alone means
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)")


class _Takes(Protocol):
    """A parser or a group of it."""

    def add_argument(self, *names: str, **how: Any) -> argparse.Action:
        """As argparse."""


def reading(parser: _Takes) -> None:
    """The options of every command that reads evidence; ``loading`` hands them on."""
    parser.add_argument("--go-version", metavar="1.22.10", help="the Go that built the program")
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


def ebpf(parser: _Takes) -> None:
    """The option of every command that can look through eBPF; ``ebpf_looks`` reads it."""
    parser.add_argument(
        "--ebpf",
        nargs="?",
        const=_EBPF,
        default="",
        metavar=_EBPF,
        help="look through eBPF as well (root, bpftrace): mmap, stacks, gc, oom",
    )


def ebpf_looks(parsed: argparse.Namespace) -> tuple[str, ...]:
    """Which eBPF looks were asked for; none when the option is not there."""
    return tuple(filter(None, parsed.ebpf.split(",")))


def loading(parsed: argparse.Namespace) -> dict[str, Any]:
    """What ``reading`` was told, by the names of LoadOptions; what was not said is left out."""
    said = {
        "go_version": parsed.go_version,
        "main_packages": tuple(parsed.main_package),
        "max_bytes": parsed.max_bytes,
    }
    return {name: value for name, value in said.items() if value is not None}


def size(text: str) -> int:
    """A size as Docker and Go read it: 128M, 1.5GiB."""
    try:
        return parse_bytes(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def limit(text: str) -> int:
    """A memory limit in which a Go program can at least start."""
    value = size(text)
    if value < MIB:
        raise argparse.ArgumentTypeError(f"no Go program starts in {text!r} (try 128M)")
    return value


def seconds(text: str) -> float:
    """A duration: 30s, 2m, 500ms, 1h, or bare seconds."""
    found = _DURATION.fullmatch(text.strip().lower())
    if found is None or found[2] not in _SECONDS:
        raise argparse.ArgumentTypeError(f"not a duration: {text!r} (try 30s or 2m)")
    value = float(found[1]) * _SECONDS[found[2]]
    if not math.isfinite(value) or value <= 0:
        raise argparse.ArgumentTypeError(f"not a duration: {text!r}")
    return value


def share(text: str) -> float:
    """A share: 1% or 0.01."""
    number = text.strip().removesuffix("%")
    try:
        value = float(number) / (100 if text.strip().endswith("%") else 1)
    except ValueError:
        value = math.nan
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError(f"not a share: {text!r} (try 1%)")
    return value


def gogc(text: str) -> int:
    """GOGC as Go reads it; -1 is off."""
    if text.lower() == "off":
        return -1
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number nor off")
    return int(text)
