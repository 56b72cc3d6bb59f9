"""Goroutines that are there only because somebody looks: those that answer the profile."""

from __future__ import annotations

from goom.case.profile import Frame

_MARKS = ("net/http/pprof.", "runtime/pprof.", "runtime/trace.")


def is_onlooker(stack: tuple[Frame, ...]) -> bool:
    """Whether this goroutine writes the profile or the trace itself."""
    return any(frame.function.startswith(_MARKS) for frame in stack)
