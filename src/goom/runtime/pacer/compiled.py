"""The forward run's inner loop as machine code, when numba is there: the same source, compiled."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import Any, cast

from goom.runtime.pacer.forward_cycle import run_cycles

_ROOM = "goom.runtime.pacer."


@cache
def compiled_cycles() -> Callable[..., Any] | None:
    """``run_cycles`` compiled by numba (the ``fast`` extra), or None without it.

    No fast-math: every operation is the one that Python does, so the results are the same bits.
    The first call compiles, which takes some seconds; ``run`` says when that is worth it.
    """
    try:
        from numba import njit
        from numba.extending import register_jitable
    except ImportError:
        return None
    for function in _called_by(cast(FunctionType, run_cycles)):
        register_jitable(function)
    compiled: Callable[..., Any] = njit(run_cycles)
    return compiled


def _called_by(function: FunctionType) -> list[FunctionType]:
    """Every function of this room that a function names, and what those name in turn."""
    found: list[FunctionType] = []
    waiting = [function]
    while waiting:
        caller = waiting.pop()
        for called in map(caller.__globals__.get, caller.__code__.co_names):
            if not isinstance(called, FunctionType) or called in found:
                continue
            if called.__module__.startswith(_ROOM):
                found.append(called)
                waiting.append(called)
    return found
