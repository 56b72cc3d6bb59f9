"""The case as JSON for machines: every figure, by the schema docs/schema/case-v1.json."""

from __future__ import annotations

import json
import re

from goom.case.document import document
from goom.case.model import Case

# An array of nothing but figures; a string cannot look like one, as its line breaks are escaped.
_FIGURES = re.compile(r"\[\n\s+((?:(?:-?[0-9.eE+-]+|null),?\s+)+)\]")


def render(case: Case) -> str:
    """One JSON object, always valid: what is not a number is null, odd characters are escaped."""
    written = json.dumps(document(case), indent=2, allow_nan=False)
    return _FIGURES.sub(_one_line, written) + "\n"


def _one_line(figures: re.Match[str]) -> str:
    return f"[{', '.join(figures[1].replace(',', ' ').split())}]"
