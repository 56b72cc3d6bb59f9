"""Which calls of a goroutine's stack Go shows in a dump, and by what names.

Sources: runtime/traceback.go ``traceback1``, ``traceback2``, ``showfuncinfo``, ``printFuncName``,
``printcreatedby``; until 1.20 ``gentraceback``, which stops after 100 calls instead of leaving out
the middle.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from goom.case.profile import Frame
from goom.formats.pc_frames import Call, PcFrames
from goom.formats.runtime_table import release_of

_INNER, _OUTER = 50, 50  # tracebackInnerFrames, tracebackOuterFrames
_PANICS = ("runtime.gopanic", "runtime.sigpanic", "runtime.panicwrap")
_INJECTED = ("runtime.sigpanic", "runtime.asyncPreempt", "runtime.debugCallV2")
_CALLBACKS = ("runtime.runFinalizers", "runtime.runCleanups")
_ELIDES_THE_MIDDLE = (1, 21)
_METHODS_OF_RUNTIME = (1, 23)
_GENERIC_METHODS = (1, 27)
Release = tuple[int, ...]


@dataclass(slots=True, eq=False)
class ShownFrames:
    """Stacks of one program as Go writes them."""

    names: PcFrames
    go_version: str
    _wrapper: int = field(init=False)
    _release: Release = field(init=False)

    def __post_init__(self) -> None:
        self._wrapper = self.names.wrapper_id()
        self._release = tuple(int(part) for part in (release_of(self.go_version) or "1").split("."))

    def stack(self, pcs: Sequence[int]) -> tuple[tuple[Frame, ...], int]:
        """The frames that a dump shows, leaf first, and how many it leaves out."""
        frames = self._shown(pcs, everything=False) or self._shown(pcs, everything=True)
        if len(frames) < _INNER + _OUTER:
            return tuple(frames), 0
        if self._release < _ELIDES_THE_MIDDLE:
            return tuple(frames[: _INNER + _OUTER]), 1
        elided = len(frames) - _INNER - _OUTER
        return (*frames[:_INNER], *frames[len(frames) - _OUTER :]), elided

    def calls(self, pcs: Sequence[int]) -> Iterator[tuple[int, tuple[Call, ...]]]:
        """Each return address and the calls there that Go records, wrappers left out."""
        before = ""
        for pc, calls in self._unfolded(pcs):
            kept = []
            for call in calls:
                if not self._is_hidden_wrapper(call, before):
                    kept.append(call)
                before = call.frame.function
            yield pc, tuple(kept)

    def creator(self, pc: int, goid: int) -> Frame | None:
        """Who wrote the go statement, as a dump says it; None where it says nothing."""
        frame = self.names.place_of(pc) if pc and goid != 1 else None
        if frame is None or not self._is_shown(frame.function, is_first=False):
            return None
        return frame._replace(function=self._printed(frame.function))

    def _unfolded(self, pcs: Sequence[int]) -> Iterator[tuple[int, tuple[Call, ...]]]:
        trapped = False  # then the address is of the instruction itself, not of the one after it
        for pc in pcs:
            calls = self.names.calls(pc + trapped)
            trapped = bool(calls) and calls[-1].frame.function in _INJECTED
            yield pc, calls

    def _shown(self, pcs: Sequence[int], *, everything: bool) -> list[Frame]:
        found: list[Frame] = []
        before = ""
        for call in (call for _, calls in self._unfolded(pcs) for call in calls):
            name = call.frame.function
            hidden = self._is_hidden_wrapper(call, before)
            if everything or (not hidden and self._is_shown(name, is_first=not found)):
                found.append(call.frame._replace(function=self._printed(name)))
            before = name
        return found

    def _is_hidden_wrapper(self, call: Call, callee: str) -> bool:
        return call.function_id == self._wrapper and callee not in _PANICS

    def _is_shown(self, name: str, *, is_first: bool) -> bool:
        if name in _CALLBACKS or (name == "runtime.gopanic" and not is_first):
            return True
        return "." in name and (not name.startswith("runtime.") or self._is_exported(name))

    def _is_exported(self, name: str) -> bool:
        owner, _, last = name.removeprefix("runtime.").rpartition(".")
        if owner and self._release < _METHODS_OF_RUNTIME:
            return False
        owner = owner.removeprefix("(*").removesuffix(")")
        return "A" <= last[:1] <= "Z" and (not owner or "A" <= owner[0] <= "Z")

    def _printed(self, name: str) -> str:
        if name == "runtime.gopanic":
            return "panic"
        first, last = name.find("["), name.rfind("]")
        if first < 0 or last <= first:
            return name
        groups = list(_groups(name)) if self._release >= _GENERIC_METHODS else []
        if len(groups) == 2:
            (_, middle), (after, _) = groups
            return f"{name[:first]}[...]{name[middle + 1 : after]}[...]{name[last + 1 :]}"
        return f"{name[:first]}[...]{name[last + 1 :]}"


def _groups(name: str) -> Iterator[tuple[int, int]]:
    """Where the outermost brackets of a name open and close."""
    depth = start = 0
    for place, letter in enumerate(name):
        if letter == "[":
            depth += 1
            start = place if depth == 1 else start
        elif letter == "]":
            depth -= 1
            if depth == 0:
                yield start, place
