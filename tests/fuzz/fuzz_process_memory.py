"""Any bytes as the memory of a process that is sampled."""

from __future__ import annotations

from contextlib import suppress

from goom.case.errors import GoomError
from goom.case.xray import Xray, XrayCost
from goom.renderers import xray_text
from goom.signals.xray_pacer import xray_pacer
from goom.sources.process_memory import Region
from goom.sources.xray.state import Sampler
from tests.sources.fake_memory import FIRST, FakeMemory, fake_target

_MOST_ASKED_BYTES = 4 << 20


def one_input(data: bytes) -> None:
    """Sample, derive and draw; nothing may cost more than was granted."""
    content = data or b"\0"

    def answer(region: Region) -> bytes:
        start = (region.address - FIRST) % len(content)
        turns = region.size_bytes // len(content) + 2
        return (content * turns)[start : start + region.size_bytes]

    memory = FakeMemory(answer)
    with suppress(GoomError):
        target = fake_target(memory)
        sample = Sampler(target).sample(attempts=1)
        derived = xray_pacer(sample, target.about.go_version)
        cost = XrayCost(read_bytes=0, calls=0, attach_seconds=0.0, sample_seconds=0.0)
        told = Xray(target=target.about, sample=sample, pacer=derived, cost=cost)
        xray_text.render(told)
        xray_text.one_line(told)
    assert sum(region.size_bytes for region in memory.asked) < _MOST_ASKED_BYTES
