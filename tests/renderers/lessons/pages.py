"""The four pages, made once each from the lessons that ``goom model`` shows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from goom.renderers.lessons import allocator, barriers, pacer, stacks
from goom.runtime.allocator import lesson as allocator_lesson
from goom.runtime.marking import lesson as marking_lesson
from goom.runtime.pacer import lesson as pacer_lesson
from goom.runtime.stacks import lesson as stacks_lesson

MAKERS: dict[str, Callable[[], str]] = {
    "allocator": lambda: allocator.render(allocator_lesson.lesson()),
    "pacer": lambda: pacer.render(pacer_lesson.lesson()),
    "barriers": lambda: barriers.render(marking_lesson.lesson()),
    "stacks": lambda: stacks.render(stacks_lesson.lesson()),
}
NAMES = tuple(MAKERS)


@cache
def page(name: str) -> str:
    """The page of one model with its usual lesson."""
    return MAKERS[name]()


def data_of(page: str) -> Any:
    """What a page carries, read back."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])
