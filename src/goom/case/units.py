"""Units: constants, and the few ways in which a figure becomes text."""

from __future__ import annotations

import math

KIB = 1 << 10
MIB = 1 << 20
GIB = 1 << 30

_SUFFIXES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_MULTIPLIERS = {
    "": 1, "b": 1,
    "k": KIB, "kb": KIB, "kib": KIB, "ki": KIB,
    "m": MIB, "mb": MIB, "mib": MIB, "mi": MIB,
    "g": GIB, "gb": GIB, "gib": GIB, "gi": GIB,
    "t": GIB << 10, "tb": GIB << 10, "tib": GIB << 10, "ti": GIB << 10,
}  # fmt: skip


def bytes_text(count: float) -> str:
    """A byte count in the largest binary unit that keeps it at or above one, 3 digits at most."""
    if math.isnan(count):
        return "unknown"
    if math.isinf(count):
        return "no bound"
    size = float(abs(count))
    step = 0
    while size >= 1024 and step < len(_SUFFIXES) - 1:
        size /= 1024
        step += 1
    sign = "-" if count < 0 else ""
    digits = 0 if step == 0 or size >= 1000 else 1
    return f"{sign}{size:.{digits}f} {_SUFFIXES[step]}"


def whole_mib_text(count: float) -> str:
    """A byte count of a GC log, which prints whole MiB and cuts the rest off: its 0 is not none."""
    if not count < GIB:
        return bytes_text(count)
    return "less than 1 MiB" if count < MIB else f"{count / MIB:.0f} MiB"


def mib_text(count: float) -> str:
    """A byte count in MiB with one decimal, no unit: for columns that share the unit.

    What rounds to nothing has no sign (``z``), here and in a percentage.
    """
    return "unknown" if math.isnan(count) else f"{count / MIB:z.1f}"


def percent_text(fraction: float) -> str:
    """A fraction as a percentage, one decimal under ten percent."""
    if math.isnan(fraction):
        return "unknown"
    value = fraction * 100
    return f"{value:z.1f} %" if abs(value) < 10 else f"{value:.0f} %"


def confidence_text(confidence: float) -> str:
    """A confidence with two digits; never a certainty, as no diagnosis is one."""
    if math.isnan(confidence):
        return "unknown"
    if confidence > 0.99:
        return "> 0.99"
    return "< 0.01" if confidence < 0.01 else f"{confidence:.2f}"


def seconds_text(seconds: float) -> str:
    """A duration as a person says it."""
    if math.isnan(seconds):
        return "unknown"
    if abs(seconds) < 1e-3:
        return f"{seconds * 1e6:.0f} µs"
    if abs(seconds) < 1:
        return f"{seconds * 1e3:.0f} ms"
    if abs(seconds) < 120:
        return f"{seconds:.1f} s"
    if abs(seconds) < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def parse_bytes(text: str) -> int:
    """Read ``128M``, ``1.5GiB``, ``134217728``; binary units as Docker and Go read them.

    Raises ValueError for anything else, negative or not finite included.
    """
    stripped = text.strip().lower()
    number = stripped.rstrip("abcdefghijklmnopqrstuvwxyz").strip()
    unit = stripped[len(number) :].strip()
    try:
        value = float(number) * _MULTIPLIERS[unit]
    except (KeyError, ValueError):
        raise ValueError(f"not a size: {text!r} (try 128M or 1.5G)") from None
    if not math.isfinite(value) or value < 0:
        raise ValueError(f"not a size: {text!r}")
    return int(value)
