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
from goom.runtime.marking.bound import Bound
from goom.runtime.marking.checks import checked, without_a_part
from goom.runtime.marking.compare import compared
from goom.runtime.marking.workloads import WORKLOADS
from goom.runtime.pacer import lesson as pacer_lesson
from goom.runtime.stacks import lesson as stacks_lesson

MAKERS: dict[str, Callable[[], str]] = {
    "allocator": lambda: allocator.render(allocator_lesson.lesson()),
    "pacer": lambda: pacer.render(pacer_lesson.lesson()),
    "barriers": lambda: barriers.render(barriers_lesson()),
    "stacks": lambda: stacks.render(stacks_lesson.lesson()),
}


def barriers_lesson() -> marking_lesson.BarriersLesson:
    """The lesson with small searches and runs; ``goom model barriers`` makes larger ones."""
    checks = (*checked(Bound(operations=2)), *without_a_part())
    return marking_lesson.lesson(checks=checks, costs=tuple(compared(WORKLOADS[:2], objects=300)))


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
