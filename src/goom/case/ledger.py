"""Where the bytes are: every byte of the charge, attributed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

LEDGER_KEYS = (
    "heap_live",  # reachable at the last mark
    "heap_garbage",  # allocated since, or dead and not yet swept
    "span_waste",  # free slots and tails of spans in use
    "heap_free",  # free pages not returned to the system
    "stacks",
    "heap_unsplit",  # in Go's arenas, where nothing tells garbage, waste, free and stacks apart
    "runtime_metadata",
    "outside_go",  # cgo, mmap, thread stacks
    "other_processes",  # anonymous memory of who else is charged to this cgroup
    "files_mapped",  # the binary and mapped files that are charged
    "page_cache",
    "kernel",
    "unexplained",
)


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One line: ``key`` of LEDGER_KEYS, a label for people, bytes (whole), and what it is made of.

    ``error_bytes`` is one standard error of a sampled figure, 0 for an exact one.
    """

    key: str
    label: str
    bytes: int
    error_bytes: int = 0
    detail: tuple[LedgerLine, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """All lines at one moment; they sum to ``charge_bytes`` exactly, the remainder included.

    ``charge_name`` says what was attributed: memory.current, usage_in_bytes or RSS.
    """

    at_seconds: float
    charge_bytes: int
    charge_name: str
    lines: tuple[LedgerLine, ...]
    notes: tuple[str, ...] = ()

    def bytes_of(self, key: str) -> int:
        """The bytes of one line, 0 when it is absent."""
        return sum(line.bytes for line in self.lines if line.key == key)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LedgerHistory:
    """The ledger over time for drawing: key -> bytes at each moment, in LEDGER_KEYS order."""

    time_seconds: NDArray[np.float64]
    layers: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
