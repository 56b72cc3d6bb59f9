"""A build tag replaces runtime.newobject by persistentAlloc."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none, text
from goom.golang.build import BuildOptions

_TAGGED = BuildOptions(tags=("hotalloc",))


def measure(bench: Bench) -> Figures:
    """Whether such a file builds, and what persistentalloc is."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    tagged = go.compiles("hotalloc", _TAGGED)
    alloc = go.source.function("runtime/malloc.go", "persistentalloc")
    return {
        "builds_with_the_tag": tagged.built,
        "go_says": tagged.message.strip().splitlines()[-1].partition(" in ")[0]
        if tagged.message
        else "",
        "builds_without_it": go.compiles("hotalloc").built,
        "signature": alloc.partition(" {")[0].removeprefix("func "),
    }


def judge(figures: Figures) -> Judgement:
    """It holds when the file builds."""
    if every(figures, lambda row: bool(row["builds_with_the_tag"])):
        return holds("it builds")
    control = every(figures, lambda row: bool(row["builds_without_it"]))
    if control and none(figures, lambda row: bool(row["builds_with_the_tag"])):
        said = text(next(iter(figures.values())), "go_says")
        return does_not_hold(f"it does not build ({said}); the program without that file does")
    return holds_in_part("some versions build it")


CLAIM = Claim(
    Statement(
        id="C089",
        chapter="4.2",
        statement=(
            "Files of package runtime behind go:build hotalloc swap newobject for persistentAlloc."
        ),
        method="go build of a program with such a file, with the tag and without",
        rule=(
            "holds when it builds with the tag; does not hold when only the program without the "
            "file builds"
        ),
        truth=(
            "A module cannot add files to package runtime; only a changed GOROOT or go build "
            "-overlay can. persistentalloc hands out memory for the runtime's own tables that "
            "is never freed (malloc.go): every object would leak, and pointers in it would not "
            "be seen."
        ),
        instead=(
            "Allocate fewer small objects: slices of structs instead of pointers, reuse by "
            "sync.Pool, arenas of your own made of []T."
        ),
    ),
    measure,
    judge,
)
