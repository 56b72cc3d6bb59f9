"""The case as JSON for machines: every figure, by the schema docs/schema/case-v1.json."""

from __future__ import annotations

import json

from goom.case.document import document
from goom.case.model import Case


def render(case: Case) -> str:
    """One JSON object, always valid: what is not a number is null, odd characters are escaped."""
    return json.dumps(document(case), indent=2, allow_nan=False) + "\n"
