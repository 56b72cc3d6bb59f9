"""What the executable itself says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from goom.case.profile import Frame

_FREES = ("free", "close", "destroy", "delete", "release", "munmap", "fini", "unref")


@dataclass(frozen=True, slots=True)
class BinaryCalls:
    """Direct callers: callee -> callers with file and line.

    Callees: sync.(*Pool).Get/Put, the mmap family, cgo stubs, SetGCPercent, SetMemoryLimit, map
    assignment and slice growth, and the functions of the program's own module.
    """

    callers: Mapping[str, tuple[Frame, ...]]

    def of(self, *callees: str) -> tuple[Frame, ...]:
        """The callers of any of these, each once."""
        found = {frame.function: frame for name in callees for frame in self.callers.get(name, ())}
        return tuple(found.values())

    def memory_limit_setters(self) -> tuple[Frame, ...]:
        """Who calls debug.SetMemoryLimit, the wrapper itself left out."""
        return self._setters("MemoryLimit")

    def gc_percent_setters(self) -> tuple[Frame, ...]:
        """Who calls debug.SetGCPercent, the wrapper itself left out."""
        return self._setters("GCPercent")

    def _setters(self, what: str) -> tuple[Frame, ...]:
        callers = self.of(f"runtime/debug.Set{what}", f"runtime/debug.set{what}")
        return tuple(one for one in callers if not one.function.startswith("runtime/debug."))

    def of_cgo(self) -> tuple[Frame, ...]:
        """The callers of cgo's wrappers (C functions), of those that free something last."""
        stubs = [name for name in self.callers if "._Cfunc_" in name]
        return self.of(*sorted(stubs, key=lambda stub: any(word in stub for word in _FREES)))
