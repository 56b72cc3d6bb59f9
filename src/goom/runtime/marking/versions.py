"""Which versions of Go run which barrier."""

from __future__ import annotations

import re

from goom.case.errors import BadInput

OLDEST, NEWEST = (1, 21), (1, 27)  # whose sources were read
_VERSION = re.compile(r"(?:go)?(\d+)\.(\d+)(?:\.\d+|rc\d+|beta\d+)?")


def release_of(version: str | None) -> str:
    """The release that a person asks for, "1.22" for "1.22.10"; BadInput when it is not known.

    Barrier and buffer are the same in all that are known, and versions to come are taken to keep
    them: the comment in mbarrier.go is word for word the same, wbBufEntries is 512.
    """
    if version in (None, "", "newest"):
        return f"{NEWEST[0]}.{NEWEST[1]}"
    found = _VERSION.fullmatch(str(version))
    if found is None:
        raise BadInput(f"{version!r} is not a Go version.", "Say it like 1.22.10, 1.22 or newest.")
    release = int(found[1]), int(found[2])
    if release < OLDEST:
        raise BadInput(
            f"the barrier of Go {version} was not checked; goom knows 1.21 to 1.27.",
            "Up to 1.7 it was insertion (dijkstra in the tables), since 1.8 the hybrid.",
        )
    return f"{release[0]}.{release[1]}"
