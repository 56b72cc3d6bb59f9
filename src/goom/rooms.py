"""Find what lives in a room, and hand each thing what it asks for by type."""

from __future__ import annotations

import functools
import importlib
import pkgutil
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def resident(role: str, name: str = "") -> Callable[[F], F]:
    """Mark a function as living in its room under ``role`` (signal, detector, remedy, …)."""

    def mark(work: F) -> F:
        vars(work)["goom_role"] = role
        vars(work)["goom_name"] = name or work.__name__
        return work

    return mark


def signal(work: F) -> F:
    """Mark the function that derives one table; its return annotation is what it provides."""
    return resident("signal")(work)


def detector(cause: str) -> Callable[[F], F]:
    """Mark the function that speaks for one cause."""
    return resident("detector", cause)


def remedy(work: F) -> F:
    """Mark the function that writes one order."""
    return resident("remedy")(work)


def finding(work: F) -> F:
    """Mark the function that names anomalies beside the verdict."""
    return resident("finding")(work)


@functools.cache
def residents(room: types.ModuleType, role: str) -> tuple[Callable[..., Any], ...]:
    """Every function of ``room`` and its folders marked with ``role``, by file and place in it."""
    return tuple(_walk(room, role))


def _walk(room: types.ModuleType, role: str) -> Iterator[Callable[..., Any]]:
    for entry in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
        module = importlib.import_module(entry.name)
        for thing in list(vars(module).values()):
            if getattr(thing, "goom_role", None) == role and thing.__module__ == entry.name:
                yield thing


def name_of(work: Callable[..., Any]) -> str:
    """The name under which a function lives in its room."""
    return str(vars(work)["goom_name"])


@functools.cache
def asks_for(work: Callable[..., Any]) -> Mapping[str, tuple[type, bool]]:
    """Each parameter's type, and whether it may be absent (``X | None``)."""
    hints = typing.get_type_hints(work)
    hints.pop("return", None)
    return {name: _wanted(hint) for name, hint in hints.items()}


def provides(work: Callable[..., Any]) -> type:
    """The type that a signal derives; ``X | None`` provides X when it can."""
    return _wanted(typing.get_type_hints(work)["return"])[0]


def _wanted(hint: Any) -> tuple[type, bool]:
    options = typing.get_args(hint) if _is_union(hint) else (hint,)
    named = [option for option in options if option is not type(None)]
    return named[0], len(named) < len(options)


def _is_union(hint: Any) -> bool:
    return typing.get_origin(hint) in (typing.Union, types.UnionType)


def missing(work: Callable[..., Any], at_hand: Mapping[type, object]) -> tuple[str, ...]:
    """What ``work`` cannot do without and nobody has, by type name."""
    return tuple(
        kind.__name__
        for kind, optional in asks_for(work).values()
        if not optional and kind not in at_hand
    )


def supply(work: Callable[..., Any], at_hand: Mapping[type, object]) -> Any:
    """Call ``work`` with what it asks for."""
    return work(**{name: at_hand.get(kind) for name, (kind, _) in asks_for(work).items()})


def derive(room: types.ModuleType, at_hand: Mapping[type, object]) -> dict[type, object]:
    """Run every signal of ``room``, each after those it asks for; what lacks input is left out."""
    known = dict(at_hand)
    waiting = list(residents(room, "signal"))
    promised = {provides(work) for work in waiting}
    while waiting:
        ready = [work for work in waiting if not _awaits(work, known, promised)]
        if not ready:
            names = ", ".join(name_of(work) for work in waiting)
            raise RuntimeError(f"signals wait for each other: {names}")
        for work in ready:
            waiting.remove(work)
            promised.discard(provides(work))
            _work_out(work, known)
    return known


def _work_out(work: Callable[..., Any], known: dict[type, object]) -> None:
    table = None if missing(work, known) else supply(work, known)
    if table is not None:
        known[type(table)] = table


def _awaits(work: Callable[..., Any], known: Mapping[type, object], promised: set[type]) -> bool:
    return any(
        kind in promised and kind not in known and kind is not provides(work)
        for kind, _ in asks_for(work).values()
    )
