"""The recommended C code aligns the hint of mmap."""

from __future__ import annotations

import shutil
import subprocess

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import PROGRAMS, Bench, CannotMeasureError
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import text

_SNIPPET = PROGRAMS / "mmap_hint" / "hint.c"


def measure(bench: Bench) -> Figures:
    """Whether a C compiler takes the expression, and whether the runtime uses that flag."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise CannotMeasureError("there is no C compiler (apt-get install gcc libc6-dev)")
    if _errors(compiler, "-DMENDED"):
        raise CannotMeasureError("the C compiler does not work (apt-get install gcc libc6-dev)")
    errors = _errors(compiler)
    return {
        go.version: {
            "compiles": not errors,
            "compiler_says": errors[0] if errors else "",
            "runtime_uses_fixed_noreplace": bool(
                go.source.find("MAP_FIXED_NOREPLACE", "runtime", code_only=True)
            ),
        }
        for go in bench.versions
    }


def _errors(compiler: str, *options: str) -> list[str]:
    done = subprocess.run(
        [compiler, "-fsyntax-only", *options, str(_SNIPPET)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    said = [line.partition("error: ")[2] for line in done.stderr.splitlines() if "error: " in line]
    return said or [f"status {done.returncode}"] * bool(done.returncode)


def judge(figures: Figures) -> Judgement:
    """Code that compiles, and does what the runtime does, would hold."""
    compiles = all(row["compiles"] for row in figures.values())
    used = all(row["runtime_uses_fixed_noreplace"] for row in figures.values())
    if compiles and used:
        return holds("it compiles, and the runtime does the same")
    if compiles or used:
        return holds_in_part("it compiles" if compiles else "the runtime uses the flag")
    said = text(next(iter(figures.values())), "compiler_says")
    return does_not_hold(f"it does not compile ({said}), and the runtime has no use for it")


CLAIM = Claim(
    Statement(
        id="C058",
        chapter="2.5",
        statement="mmap should be given hint & ^(PAGE_SIZE-1) and MAP_FIXED_NOREPLACE, in C.",
        method=(
            "a C compiler on that expression, and on the one with ~ as a control;"
            " MAP_FIXED_NOREPLACE in the source of the runtime"
        ),
        rule="holds when it compiles and the runtime does the same; in part when one of these",
        truth=(
            '"& ^" is an operator of Go, not of C. A hint needs no help: the kernel rounds it. '
            "Go programs do not choose the addresses of their heap."
        ),
    ),
    measure,
    judge,
)
