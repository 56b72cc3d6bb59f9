"""The lab's programs, found by walking their folder: each says in ``expect.json`` what ails it.

A program's trouble lies in files marked ``//go:build !next``, its cure in those marked
``//go:build next``, or in the environment that it is given; all the rest of it is shared.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import msgspec

from goom.case.errors import BadInput
from goom.case.units import parse_bytes
from goom.case.verdict import CAUSES

PROGRAMS = Path(__file__).parent / "programs"
SICK, FIXED = "sick", "fixed"


class Run(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One way to build and run a program, and what must come of it.

    ``guilty`` names functions of which one must stand among the first three of blame.
    """

    run_seconds: float
    tags: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    env: dict[str, str] = {}
    must_die: bool = False
    guilty: tuple[str, ...] = ()


class _Expectation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    cause: str
    scenarios: tuple[str, ...]
    service: str
    lesson: str
    memory_limit: str
    fixed: Run
    sick: Run | None = None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One program of the lab. ``needs`` names commands without which it cannot be built;
    ``scenarios`` has more than one where memory rises by steps and both are true.
    """

    name: str
    folder: Path
    cause: str
    scenarios: tuple[str, ...]
    service: str
    lesson: str
    memory_limit_bytes: int
    needs: tuple[str, ...]
    runs: dict[str, Run]  # by variant; a healthy program has no sick one

    def expected_cause(self, variant: str) -> str:
        """What the verdict on this variant must be."""
        return self.cause if variant == SICK else "healthy"

    @property
    def missing_needs(self) -> tuple[str, ...]:
        """The commands that the program needs and this machine has not."""
        return tuple(command for command in self.needs if shutil.which(command) is None)


def programs(folder: Path = PROGRAMS) -> tuple[Program, ...]:
    """Every program, in the order of the causes and then by name."""
    found = [_read(path.parent) for path in folder.glob("*/expect.json")]
    return tuple(sorted(found, key=lambda each: (CAUSES.index(each.cause), each.name)))


def find(name: str, folder: Path = PROGRAMS) -> Program:
    """The program of that name, or the first one of that cause."""
    everything = programs(folder)
    for key in ("name", "cause"):
        for each in everything:
            if getattr(each, key) == name:
                return each
    names = ", ".join(each.name for each in everything)
    raise BadInput(f"the lab has no program {name!r}.", f"It has {names}.")


def _read(folder: Path) -> Program:
    path = folder / "expect.json"
    try:
        told = msgspec.json.decode(path.read_bytes(), type=_Expectation)
        limit = parse_bytes(told.memory_limit)
    except (msgspec.DecodeError, ValueError) as error:
        raise BadInput(f"{path} is not what the lab expects: {error}.") from error
    if told.cause not in CAUSES:
        raise BadInput(f"{path} names an unknown cause: {told.cause!r}.")
    runs = {SICK: told.sick, FIXED: told.fixed}
    return Program(
        name=folder.name,
        folder=folder,
        cause=told.cause,
        scenarios=told.scenarios,
        service=told.service,
        lesson=told.lesson,
        memory_limit_bytes=limit,
        needs=told.needs,
        runs={variant: run for variant, run in runs.items() if run is not None},
    )
