"""The case as one HTML file that needs nothing else: mail it, open it offline, print it."""

from __future__ import annotations

from goom.case.model import Case
from goom.renderers.html.page_data import page_data
from goom.renderers.page import sealed

_SCRIPTS = (
    "words.js", "memory.js", "ledger.js", "flame.js", "flames.js", "collections.js", "tables.js",
    "verdict.js", "evidence.js", "leaks.js", "page.js",
)  # fmt: skip


def render(case: Case) -> str:
    """The page. Its policy allows its own script and style by their hashes, and nothing else.

    Text of the case goes in as JSON that cannot leave its element, and on to the page as text.
    """
    return sealed(__name__, _SCRIPTS, ("report.css",), page_data(case))
