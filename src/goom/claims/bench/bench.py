"""The bench: the versions of Go under test, and what was run with each, once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from goom.case.claim import Value
from goom.case.errors import GoomError
from goom.claims.bench.cannot import CannotMeasureError
from goom.claims.bench.once import Once
from goom.claims.bench.running import Ran, Setting, run_binary
from goom.claims.bench.source import Source
from goom.golang.build import BuildOptions, build, go_environment
from goom.golang.cache import Progress, silent
from goom.golang.toolchain import Toolchain, obtain

__all__ = ["Bench", "CannotMeasureError", "Compiled", "Go", "Row", "release_of"]

PROGRAMS = Path(__file__).parents[1] / "programs"
Row = Mapping[str, Value]
T = TypeVar("T")
_TOOL_SECONDS = 600.0
_PLAIN, _PLAIN_BUILD = Setting(), BuildOptions()


@dataclass(frozen=True, slots=True)
class Compiled:
    """What ``go build`` said: ``message`` is "" when it built."""

    built: bool
    message: str


class Go:
    """One version of Go on the bench."""

    def __init__(self, toolchain: Toolchain, once: Once, progress: Progress = silent) -> None:
        self.toolchain, self._once, self._progress = toolchain, once, progress
        self.version = toolchain.version
        self.release = release_of(toolchain.version)

    @cached_property
    def source(self) -> Source:
        """The toolchain's own standard library, as text."""
        return Source(self.toolchain.goroot / "src")

    def binary(self, program: str, options: BuildOptions = _PLAIN_BUILD) -> Path:
        """``claims/programs/PROGRAM``, built; GoomError when it does not build."""
        return build(PROGRAMS / program, self.toolchain, options, self._progress)

    def compiles(self, program: str, options: BuildOptions = _PLAIN_BUILD) -> Compiled:
        """Whether ``go build`` takes the program, and what it says when not."""
        try:
            self.binary(program, options)
        except GoomError as error:
            return Compiled(False, error.message)
        return Compiled(True, "")

    def run(self, program: str, *arguments: str, setting: Setting = _PLAIN) -> Ran:
        """Run the program, once for the same arguments and setting however many claims ask."""
        key = (self.version, program, arguments, setting)
        return self._once.get(key, lambda: self.run_again(program, *arguments, setting=setting))

    def remember(self, key: Hashable, work: Callable[[], T]) -> T:
        """What ``work`` gives, worked out once for this version however many claims ask."""
        return self._once.get((self.version, key), work)

    def run_again(self, program: str, *arguments: str, setting: Setting = _PLAIN) -> Ran:
        """Run the program now: for times, which are measured several times over."""
        return run_binary((str(self.binary(program)), *arguments), setting)

    def tool(self, *arguments: str) -> Ran:
        """``go ARGUMENTS`` of this toolchain ("tool", "pprof", "-top", …), without a network."""
        return run_binary(self.tool_command(*arguments), self.tool_setting)

    def tool_command(self, *arguments: str) -> tuple[str, ...]:
        """The command of ``tool``, for one that has to be watched while it runs."""
        return (str(self.toolchain.go), *arguments)

    @property
    def tool_setting(self) -> Setting:
        """The environment that ``go`` needs, and time: a tool may have to be built first."""
        environment = go_environment(self.toolchain)
        return Setting(
            environment=tuple(sorted(environment.items())), stop_after_seconds=_TOOL_SECONDS
        )


class Bench:
    """The versions to measure, lowest first, each obtained when it is first needed."""

    def __init__(self, wanted: tuple[str, ...], progress: Progress = silent) -> None:
        found = {go.version: go for go in (obtain(name, progress) for name in wanted)}
        once = Once()
        ordered = sorted(found.values(), key=lambda toolchain: _numbers(toolchain.version))
        self.versions = tuple(Go(toolchain, once, progress) for toolchain in ordered)

    def each(self, measure: Callable[[Go], Row]) -> dict[str, Row]:
        """Measure every version with the same function."""
        return {go.version: measure(go) for go in self.versions}

    def release(self, minor: str) -> Go:
        """The version of a release ("1.22"); CannotMeasureError when it is not on the bench."""
        for go in self.versions:
            if go.release == release_of(minor):
                return go
        raise CannotMeasureError(f"no Go {minor} is among the versions (add it:  --go {minor})")

    def pair(self, newer: str, older: str) -> tuple[str, Go, Go]:
        """Two releases to compare, and the key of their figures: "1.22.10/1.21.13"."""
        one, other = self.release(newer), self.release(older)
        return f"{one.version}/{other.version}", one, other

    @property
    def newest(self) -> Go:
        """The highest version on the bench."""
        return self.versions[-1]


def release_of(version: str) -> tuple[int, int]:
    """``1.22.10`` as (1, 22)."""
    numbers = _numbers(version)
    return numbers[0], numbers[1]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.removeprefix("go").split("."))
