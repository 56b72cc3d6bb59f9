"""A goroutine leak in one line."""

from __future__ import annotations

from math import isnan

from goom.case.goroutine_leak import GoroutineLeak
from goom.case.names import place, short_function
from goom.case.units import bytes_text, seconds_text


def leak_text(leak: GoroutineLeak) -> str:
    """What they wait for, how many, since when, what they keep, and who starts them."""
    parts = [f"{leak.wait}: {figures_text(leak)}" if leak.wait else figures_text(leak)]
    if leak.created_at.function:
        at = place(leak.created_at.file, leak.created_at.line)
        where = f" ({at})" if at else ""
        parts.append(f"started by {short_function(leak.created_at.function)}{where}")
    return ", ".join(parts)


def figures_text(leak: GoroutineLeak) -> str:
    """How many, how fast, how old, how much."""
    parts = [f"{leak.count:,} goroutines"]
    if not isnan(leak.per_second) and leak.grown > 0:
        parts.append(pace_text(leak.per_second))
    if not isnan(leak.oldest_seconds):
        parts.append(f"the oldest over {seconds_text(leak.oldest_seconds)}")
    if not isnan(leak.retained_bytes):
        parts.append(f"{bytes_text(leak.retained_bytes)} kept")
    return ", ".join(parts)


def pace_text(per_second: float) -> str:
    """``46 more a second``, ``12 more an hour``."""
    if abs(per_second) >= 1:
        return f"{per_second:.0f} more a second"
    if abs(per_second) * 60 >= 1:
        return f"{per_second * 60:.0f} more a minute"
    return f"{per_second * 3600:.0f} more an hour"
