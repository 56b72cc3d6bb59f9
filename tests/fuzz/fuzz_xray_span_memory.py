"""Any bytes as the spans, bitmaps and caches of a process.

The first bytes are where the lists lie and how long they are, the others what lies there.
"""

from __future__ import annotations

from contextlib import suppress

from goom.case.errors import GoomError
from goom.formats import xray_spans
from goom.sources.process_memory import Region
from goom.sources.xray.spans import read_spans
from tests.sources.fake_memory import FIRST, FakeMemory, fake_target

_MOST_ASKED_BYTES = 64 << 20
_LIST, _LONGEST = 0x7000_0000, 64
_VERSIONS = ("1.19.8", "1.22.10", "1.27.3")


def one_input(data: bytes) -> None:
    """Read the map of it, and write that; nothing may cost more than was granted."""
    head, content = data[:4].ljust(4, b"\1"), data[4:] or b"\0"
    spans, stretches, procs = (1 + one % _LONGEST for one in head[:3])

    def answer(region: Region) -> bytes:
        found = lists.get(region.address)
        if found is not None and region.size_bytes <= len(found):
            return found[: region.size_bytes]
        start = (region.address - FIRST) % len(content)
        turns = region.size_bytes // len(content) + 2
        return (content * turns)[start : start + region.size_bytes]

    memory = FakeMemory(answer)
    target = fake_target(memory, _VERSIONS[head[3] % len(_VERSIONS)])
    lists = {
        target.region("runtime.mheap_", "allspans").address: _slice(_LIST, spans),
        target.region("runtime.mheap_", "pages", "inUse").address: _slice(_LIST + 4096, stretches),
        target.address("runtime.allp"): _slice(_LIST + 8192, procs),
    }
    lists[_LIST + 4096] = b"".join(
        (0xC000000000 + (row << 23) + end).to_bytes(8, "little")
        for row in range(stretches)
        for end in (0, 1 << 22)
    )
    lists[_LIST] = b"".join(((1 << 30) + 160 * row).to_bytes(8, "little") for row in range(spans))
    with suppress(GoomError):
        found = read_spans(target, attempts=2)
        again = xray_spans.parse(xray_spans.to_json(found))
        assert len(again.groups) == len(found.groups)
    assert sum(region.size_bytes for region in memory.asked) < _MOST_ASKED_BYTES


def _slice(address: int, count: int) -> bytes:
    return address.to_bytes(8, "little") + 2 * count.to_bytes(8, "little")
