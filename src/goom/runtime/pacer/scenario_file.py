"""A scenario file: what a program does, and the settings to try on it.

go = "1.22"                          # the version, when --go does not say
for = "60s"                          # how long; or work = "20G": until so much is allocated
allocation_bytes_per_second = "200M"
mutator_procs = 2
reachable_bytes = [["0s", "0"], ["2s", "80M"], ["50s", "240M"]]     # straight lines between
scannable_fraction = 0.5
non_heap_bytes = {step = [["0s", "6M"], ["30s", "40M"]]}             # steps instead

[settings]
gogc = [50, 100, "off"]
memory_limit = ["none", "256M"]
procs = 4
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from goom.case.errors import BadInput
from goom.case.units import parse_bytes
from goom.runtime.pacer.mgcpacer import GC_OFF
from goom.runtime.pacer.scenario import Course, Scenario, constant

MOST_CHOICES = 12
_HOW = "docs/models.md shows a scenario of the pacer."
_SECONDS = {"ms": 1e-3, "s": 1.0, "": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)")
_FIGURES = {one.name: one.type for one in fields(Scenario)}
_KEYS = (_FIGURES.keys() - {"axis", "length"}) | {"go", "for", "work", "settings"}
_SETTINGS = {"gogc", "memory_limit", "procs"}

Limits = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class AskedScenario:
    """What a file asked for; None and empty where it says nothing."""

    scenario: Scenario
    version: str | None
    gogc: tuple[int, ...]
    memory_limits: Limits
    procs: int | None


def read(text: str) -> AskedScenario:
    """Read a scenario file. BadInput says what to mend."""
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadInput(f"the scenario is not TOML: {error}.", _HOW) from error
    _only(document, _KEYS, "the scenario")
    settings = document.get("settings", {})
    _only(settings, _SETTINGS, "settings")
    version = document.get("go")
    if version is not None and not isinstance(version, str):
        raise BadInput(f"go = {version!r} is not text.", 'Write it like go = "1.22".')
    return AskedScenario(
        _scenario(document),
        version,
        tuple(_choices(settings, "gogc", gogc_of)),
        tuple(_choices(settings, "memory_limit", limit_of)),
        _procs(settings),
    )


def gogc_of(value: object) -> int:
    """GOGC as Go reads it: a number from 0, or off."""
    if isinstance(value, str) and value.strip().lower() == "off":
        return GC_OFF
    found = int(value) if isinstance(value, str) and value.strip().isdecimal() else value
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found < 1 << 31:
        raise BadInput(f"GOGC={value} is neither a number nor off.")
    return found


def limit_of(value: object) -> int | None:
    """A memory limit: 512M, or none."""
    if isinstance(value, str) and value.strip().lower() in ("none", "off"):
        return None
    return int(_bytes(value, "memory_limit"))


def seconds_of(value: object, where: str) -> float:
    """A duration: 30s, 2m, 500ms, 1h, or bare seconds."""
    found = _DURATION.fullmatch(str(value).strip().lower())
    if isinstance(value, bool) or found is None or found[2] not in _SECONDS:
        raise BadInput(f"{where} = {value!r} is not a duration.", "Write it like 30s or 2m.")
    return float(found[1]) * _SECONDS[found[2]]


def _scenario(document: Mapping[str, Any]) -> Scenario:
    by_work = "work" in document
    if by_work == ("for" in document):
        raise BadInput('a scenario says either for = "60s" or work = "20G".', _HOW)
    place: Callable[[object, str], float] = _bytes if by_work else seconds_of
    given = {
        name: _figure(document[name], name, place)
        for name in _FIGURES.keys() & document.keys() - {"name"}
    }
    for needed in ("allocation_bytes_per_second", "reachable_bytes"):
        if needed not in given:
            raise BadInput(f"the scenario does not say {needed}.", _HOW)
    length = _bytes(document["work"], "work") if by_work else seconds_of(document["for"], "for")
    return Scenario(
        name=str(document.get("name", "scenario"))[:60],
        axis="allocated_bytes" if by_work else "seconds",
        length=length,
        **given,
    )


def _figure(value: object, name: str, place: Callable[[object, str], float]) -> Any:
    """One entry of a scenario: a plain figure, or a course where the model takes one."""
    shape: Literal["linear", "step"] = "linear"
    if isinstance(value, Mapping):
        _only(value, {"step"}, name)
        shape, value = "step", value.get("step")
    measure = _bytes if "bytes" in name else _number
    if _FIGURES[name] != "Course":
        return measure(value, name)
    if not isinstance(value, list):
        return constant(measure(value, name))
    if not all(isinstance(point, list) and len(point) == 2 for point in value):
        raise BadInput(f"{name} has a point that is not [where, how much].", _HOW)
    points = tuple((place(at, name), measure(much, name)) for at, much in value)
    return Course(points, shape)


def _bytes(value: object, where: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    try:
        return float(parse_bytes(str(value)))
    except ValueError:
        raise BadInput(f"{where} = {value!r} is not a size.", "Write it like 128M.") from None


def _number(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput(f"{where} = {value!r} is not a number.", _HOW)
    return float(value)


def _choices(table: Mapping[str, Any], key: str, each: Callable[[object], Any]) -> list[Any]:
    found = table.get(key, [])
    listed = found if isinstance(found, list) else [found]
    if len(listed) > MOST_CHOICES:
        raise BadInput(f"{key} has more than {MOST_CHOICES} values.", "Try a few at a time.")
    return [each(one) for one in listed]


def _procs(table: Mapping[str, Any]) -> int | None:
    found = table.get("procs")
    if found is not None and (isinstance(found, bool) or not isinstance(found, int)):
        raise BadInput(f"procs = {found!r} is not a whole number.", _HOW)
    return found


def _only(table: Any, keys: set[str] | frozenset[str], where: str) -> None:
    if not isinstance(table, Mapping):
        raise BadInput(f"{where} is not a table.", _HOW)
    if strange := sorted(table.keys() - keys):
        raise BadInput(
            f"{where} has {strange[0]!r}, which means nothing here.",
            f"It may have {', '.join(sorted(keys))}.",
        )
