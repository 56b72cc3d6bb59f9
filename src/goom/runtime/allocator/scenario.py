"""A scenario file of allocations: what is asked for, how often, and how long it stays.

go = "1.22"                # the version, when --go does not say
order = "mixed"            # or "listed": one row after the other
after_collections = 1      # what is in use after so many collections; 0 is before the first

[[allocations]]
size = 41                  # bytes, or text: "64K", "1MiB"
pointers = true            # false when left out
count = 100_000            # 1 when left out
lifetime = 2               # survives so many collections; left out: stays
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from goom.case.errors import BadInput
from goom.case.units import parse_bytes
from goom.runtime.allocator.accounting import Accounting, account
from goom.runtime.allocator.eras import asked_release
from goom.runtime.allocator.requests import FOREVER, MOST_SIZE_BYTES, Requests, requests
from goom.runtime.allocator.shuffled import account_shuffled

MOST_ROWS = 10_000
_MOST_COUNT = 10**12
_MOST_COLLECTIONS = 1_000_000
_MOST_TEXT = 40
_FRACTION = re.compile(r"\d*\.\d*")  # of one byte
_LIKE = "A size is like 41, 64K or 1MiB, and at most 1 TiB."
_ORDERS = ("mixed", "listed")
_KEYS = {"go", "order", "after_collections", "allocations"}
_ROW_KEYS = {"size", "pointers", "count", "lifetime"}
_HOW = "docs/models.md shows a scenario of allocations."


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a file asked for; ``version`` is None when it does not say."""

    version: str | None
    order: str
    after_collections: int
    requests: Requests


def read(text: str) -> Scenario:
    """Read a scenario; BadInput says what to mend."""
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadInput(f"the scenario is not TOML: {error}.", _HOW) from error
    _only(document, _KEYS, "the scenario")
    rows = document.get("allocations")
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_ROWS:
        raise BadInput(f"the scenario has no list 'allocations' of 1 to {MOST_ROWS:,}.", _HOW)
    order = document.get("order", _ORDERS[0])
    if order not in _ORDERS:
        raise BadInput(f"order = {order!r} is neither {' nor '.join(_ORDERS)}.", _HOW)
    columns = zip(*(_row(row, place) for place, row in enumerate(rows, 1)), strict=True)
    return Scenario(
        version=_version(document),
        order=order,
        after_collections=_number(document, "after_collections", 0, _MOST_COLLECTIONS),
        requests=requests(*(list(column) for column in columns)),
    )


def accounted(scenario: Scenario, version: str | None) -> Accounting:
    """The account of a scenario in the order that it says."""
    if scenario.order == "mixed":
        return account_shuffled(scenario.requests, version, scenario.after_collections)
    return account(scenario.requests, version, scenario.after_collections)


def size_bytes(told: object) -> int:
    """A size of one request: 41, "41", "64K". BadInput for less than 0 and over 1 TiB."""
    text = str(told).strip()[:_MOST_TEXT]
    if isinstance(told, bool | float) or _FRACTION.fullmatch(text):
        raise BadInput(f"{text} is not a whole number of bytes.", _LIKE)
    try:
        size = parse_bytes(text)
    except ValueError:
        raise BadInput(f"{text!r} is not a size.", _LIKE) from None
    if size > MOST_SIZE_BYTES:
        raise BadInput(f"{text} is more than 1 TiB for one object.", _LIKE)
    return size


def _row(row: Any, place: int) -> tuple[int, bool, int, int]:
    where = f"row {place} of allocations"
    _only(row, _ROW_KEYS, where)
    if "size" not in row:
        raise BadInput(f"{where} has no size.", _HOW)
    pointers = row.get("pointers", False)
    if not isinstance(pointers, bool):
        raise BadInput(f"pointers = {pointers!r} in {where} is neither true nor false.", _HOW)
    return (
        size_bytes(row["size"]),
        pointers,
        _number(row, "count", 1, _MOST_COUNT),
        _number(row, "lifetime", FOREVER, _MOST_COLLECTIONS),
    )


def _version(document: Mapping[str, Any]) -> str | None:
    version = document.get("go")
    if version is None:
        return None
    asked_release(str(version))
    return str(version)


def _only(table: Any, keys: set[str], where: str) -> None:
    if not isinstance(table, Mapping):
        raise BadInput(f"{where} is not a table.", _HOW)
    if strange := sorted(table.keys() - keys):
        raise BadInput(
            f"{where} has {strange[0]!r}, which means nothing here.",
            f"It may have {', '.join(sorted(keys))}.",
        )


def _number(table: Mapping[str, Any], key: str, usual: int, most: int) -> int:
    if key not in table:
        return usual
    found = table[key]
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= most:
        raise BadInput(f"{key} = {found!r} is not a whole number from 0 to {most:,}.", _HOW)
    return found
