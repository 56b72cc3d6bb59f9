"""A build tag replaces runtime.newobject by persistentAlloc."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.units import percent_text
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none, per_version, text
from goom.claims.bench.running import Setting, run_binary
from goom.golang.build import BuildOptions

_TAGGED = BuildOptions(tags=("hotalloc",))
_LINKNAME, _CHECKED_SINCE = BuildOptions(flags=("-ldflags=-checklinkname=0",)), (1, 23)
_LOST, _STALE = "kept_of_dropped_fraction", "pointees_freed_in_use_fraction"


def measure(bench: Bench) -> Figures:
    """Whether such a file builds, and what persistentalloc would do to objects."""
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
        **_harm(go),
    }


def _harm(go: Go) -> Row:
    """What it would do if it did build: the same allocator, reached by linkname."""
    options = _LINKNAME if go.release >= _CHECKED_SINCE else BuildOptions()
    found = run_binary((str(go.binary("persistent", options)),), Setting()).figures()
    return {
        _LOST: found["kept_of_dropped_persistent_bytes"] / found["dropped_bytes"],
        "kept_of_dropped_by_new_fraction": (
            max(0, found["kept_of_dropped_heap_bytes"]) / found["dropped_bytes"]
        ),
        _STALE: found["pointees_freed_in_use"] / found["pointees"],
    }


def judge(figures: Figures) -> Judgement:
    """It holds when the file builds."""
    if every(figures, lambda row: bool(row["builds_with_the_tag"])):
        return holds("it builds")
    control = every(figures, lambda row: bool(row["builds_without_it"]))
    if control and none(figures, lambda row: bool(row["builds_with_the_tag"])):
        said = text(next(iter(figures.values())), "go_says")
        return does_not_hold(
            f"it does not build ({said}); the program without that file does. Reached by linkname,"
            f" persistentalloc kept {per_version(figures, _LOST, percent_text)} of what was dropped"
            f" for ever, and {per_version(figures, _STALE, percent_text)} of what its objects"
            " pointed to was freed in use"
        )
    return holds_in_part("some versions build it")


CLAIM = Claim(
    Statement(
        id="C089",
        chapter="4.2",
        statement=(
            "Files of package runtime behind go:build hotalloc swap newobject for persistentAlloc."
        ),
        method=(
            "go build of a program with such a file, with the tag and without; 500,000 objects of"
            " 64 bytes from persistentalloc (linkname), dropped and collected, and 1,000 heap"
            " objects that only such objects point to"
        ),
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
