"""go tool pprof -http analyses a heap snapshot."""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none
from goom.claims.bench.serving import page, serving

_FUNCTION = "main.decode"
_MILLISECONDS = "800"


def measure(bench: Bench) -> Figures:
    """Take a heap profile of a real program, serve it, and read a page."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    found = go.run("profiles", _MILLISECONDS).figures()
    with tempfile.TemporaryDirectory(prefix="goom-claims-") as folder:
        profile = Path(folder, "mem.pprof")
        profile.write_bytes(base64.b64decode(found["heap"]))
        page = _page(go, str(go.binary("profiles")), str(profile))
    return {"page_names_the_function": _FUNCTION in page, "page_characters": len(page)}


def _page(go: Go, binary: str, profile: str) -> str:
    command = go.tool_command("tool", "pprof", "-no_browser", "-http=127.0.0.1:", binary, profile)
    with serving(command, go.tool_setting, r"(http://[^\s/]+)\s") as address:
        return page(f"{address}/ui/top")


def judge(figures: Figures) -> Judgement:
    """It serves, and what it serves names the function that holds the heap."""
    if every(figures, lambda row: bool(row["page_names_the_function"])):
        return holds(f"the served page names {_FUNCTION}, which holds the heap, in every version")
    if none(figures, lambda row: bool(row["page_names_the_function"])):
        return does_not_hold("no version's page names what holds the heap")
    return holds_in_part("only some versions' pages name what holds the heap")


CLAIM = Claim(
    Statement(
        id="C005",
        chapter="1",
        statement="`go tool pprof -http=:8080 binary mem.pprof` analyses a heap snapshot.",
        method="a heap profile that a real program wrote, served by that command; its page of tops",
        rule="holds when every version's page names the function that holds the heap",
        truth=(
            "So it is in every version. `-http=:8080` listens on localhost alone; without a browser"
            " `-top` prints the same table."
        ),
    ),
    measure,
    judge,
)
