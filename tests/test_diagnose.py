"""The spine takes whatever the loaders hand over."""

from __future__ import annotations

import json
from math import isfinite

from hypothesis import HealthCheck, given, settings

from goom.case.evidence import Evidence
from goom.case.verdict import CANNOT_TELL, CAUSES
from goom.diagnose import diagnose
from goom.renderers import html, json_case, markdown
from goom.renderers.text import screen
from tests.any_evidence import evidence

_LATELY = settings(
    max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


@_LATELY
@given(evidence())
def test_any_evidence_ends_in_a_verdict_that_every_renderer_can_show(seen: Evidence) -> None:
    case = diagnose(seen)
    assert case.verdict.cause in (*CAUSES, CANNOT_TELL)
    assert isfinite(case.verdict.confidence)
    assert 0.0 <= case.verdict.confidence <= 1.0
    for width in (60, 120):
        assert screen.render(case, width=width)
    assert "<html" in html.render(case)
    assert markdown.render(case)
    assert json.loads(json_case.render(case))["verdict"]["cause"] == case.verdict.cause
