"""A page that needs nothing else and lets nothing out: what every page of the house is made of."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from importlib import resources

from goom.case.names import harmless

_SCRIPTS = ("figures.js", "elements.js", "cursor.js", "scale.js", "chart.js", "paths.js",
            "theme.js")  # fmt: skip
_STYLES = ("theme.css",)


def sealed(room: str, scripts: Iterable[str], styles: Iterable[str], data: object) -> str:
    """The ``page.html`` of a room's assets with the shared and its own scripts and styles.

    The page's policy allows that script and that style by their hashes, and nothing else. The
    data (what JSON knows; no NaN) goes in as JSON that cannot leave its element.
    """
    script = "\n".join([*_assets(__name__, _SCRIPTS), *_assets(room, scripts)])
    script = f'"use strict";\n(() => {{\n{script}\n}})();\n'
    style = "\n".join([*_assets(__name__, _STYLES), *_assets(room, styles)])
    parts = {
        "@POLICY@": _policy(script, style),
        "@STYLE@": style,
        "@SCRIPT@": script,
        "@DATA@": _inert(data),
    }
    [page] = _assets(room, ("page.html",))
    for mark, part in parts.items():  # the data comes last: nothing is looked for inside it
        page = page.replace(mark, part)
    return page


def readable(value: object, longest_text: int) -> object:
    """Plain data whose text is written out harmlessly, and cut where absurdly long."""
    if isinstance(value, str):
        text = harmless(value)
        return text if len(text) <= longest_text else f"{text[:longest_text]}…"
    if isinstance(value, list):
        return [readable(part, longest_text) for part in value]
    if isinstance(value, dict):
        return {key: readable(part, longest_text) for key, part in value.items()}
    return value


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


def _assets(room: str, names: Iterable[str]) -> list[str]:
    return [
        resources.files(room).joinpath("assets", name).read_text(encoding="utf-8") for name in names
    ]
