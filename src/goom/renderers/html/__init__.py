"""The case as one HTML file that needs nothing else: mail it, open it offline, print it."""

from __future__ import annotations

import base64
import hashlib
import json
from importlib import resources

from goom.case.model import Case
from goom.renderers.html.page_data import page_data

_SCRIPTS = (
    "words.js", "elements.js", "cursor.js", "scale.js", "chart.js", "paths.js", "memory.js",
    "ledger.js", "flame.js", "flames.js", "collections.js", "tables.js", "verdict.js",
    "evidence.js", "page.js",
)  # fmt: skip


def render(case: Case) -> str:
    """The page. Its policy allows its own script and style by their hashes, and nothing else.

    Text of the case goes in as JSON that cannot leave its element, and on to the page as text.
    """
    script = "\n".join(_asset(name) for name in _SCRIPTS)
    script = f'"use strict";\n(() => {{\n{script}\n}})();\n'
    style = _asset("report.css")
    parts = {
        "@POLICY@": _policy(script, style),
        "@STYLE@": style,
        "@SCRIPT@": script,
        "@CASE@": _inert(page_data(case)),
    }
    page = _asset("page.html")
    for mark, part in parts.items():  # the case comes last: nothing is looked for inside it
        page = page.replace(mark, part)
    return page


def _policy(script: str, style: str) -> str:
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}';"
        " base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _inert(data: object) -> str:
    """JSON in which no tag, comment or entity can begin or end."""
    written = json.dumps(data, allow_nan=False, separators=(",", ":"))
    for char in "<>&":
        written = written.replace(char, f"\\u{ord(char):04x}")
    return written


def _asset(name: str) -> str:
    return resources.files(__name__).joinpath("assets", name).read_text(encoding="utf-8")
