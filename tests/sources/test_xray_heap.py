"""The heap profile read from outside is the one that the process publishes itself."""

from __future__ import annotations

import re
import struct
from collections import Counter

import numpy as np
import pytest
from tests.sources.fake_memory import FakeMemory, fake_target
from tests.sources.xray_depth_subjects import STRIPPED, running
from tests.sources.xray_subjects import running as running_bare

from goom.case.errors import BadInput
from goom.case.profile import Profile
from goom.case.xray_depth import HeapBuckets
from goom.formats import pprof, pprof_writer
from goom.formats.heap_buckets import to_profile
from goom.sources.xray import heap as xray_heap
from goom.sources.xray.attach import attach
from goom.sources.xray.heap import read_heap
from goom.sources.xray.names import pc_frames

VERSIONS = ("1.21.13", "1.22.10", "1.27.3")
KINDS = {"unstripped": (), "stripped": STRIPPED, "stripped PIE": (*STRIPPED, "-buildmode=pie")}
_RECORD = re.compile(r"^(\d+): (\d+) \[(\d+): (\d+)\] @((?: 0x[0-9a-f]+)*)$", re.MULTILINE)
Bucket = tuple[int, int, int, int, tuple[int, ...]]


def said(text: str) -> Counter[Bucket]:
    """The buckets of a heap profile's text that hold anything."""
    found: Counter[Bucket] = Counter()
    for match in _RECORD.finditer(text):
        objects, size, allocs, alloc_bytes = (int(one) for one in match.groups()[:4])
        stack = tuple(int(one, 16) for one in match[5].split())
        if allocs:
            found[objects, size, allocs, alloc_bytes, stack] += 1
    return found


def read(buckets: HeapBuckets) -> Counter[Bucket]:
    found: Counter[Bucket] = Counter()
    used, used_bytes = buckets.allocs - buckets.frees, buckets.alloc_bytes - buckets.free_bytes
    columns = (used, used_bytes, buckets.allocs, buckets.alloc_bytes)
    for row, figures in enumerate(zip(*(one.tolist() for one in columns), strict=True)):
        start, stop = buckets.offsets[row : row + 2]
        if figures[2]:
            found[(*figures, tuple(buckets.pcs[start:stop].tolist()))] += 1
    return found


def samples(profile: Profile) -> Counter[tuple[object, ...]]:
    return Counter(
        (profile.stack(row), int(profile.block_bytes[row]), *profile.values[row].tolist())
        for row in range(len(profile))
        if profile.values[row].any()
    )


@pytest.mark.real_go
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", VERSIONS)
def test_every_bucket_is_equal_to_the_endpoints(version: str, kind: str) -> None:
    with running(version, KINDS[kind], rate=64) as subject:
        target = attach(subject.pid)
        text = subject.ask(b"h").decode()
        buckets = read_heap(target)
        target.close()
    assert buckets.is_whole
    assert buckets.rate_bytes == 64
    assert len(said(text)) > 20
    assert read(buckets) == said(text)


@pytest.mark.real_go
@pytest.mark.parametrize("version", VERSIONS)
def test_the_written_profile_is_the_endpoints_sample_for_sample(version: str) -> None:
    """Names, files, lines and inlined calls; values scaled; through the protobuf and back.

    One stack is deeper than the runtime records, and cut within inlined calls.
    """
    with running(version, rate=64) as subject:
        target = attach(subject.pid)
        theirs = pprof.parse(subject.ask(b"H"), origin="theirs")
        made = to_profile(read_heap(target), pc_frames(target), version)
        target.close()
    ours = pprof.parse(pprof_writer.write(made), origin="ours")
    assert samples(ours) == samples(theirs)
    assert ours.sample_types == theirs.sample_types
    assert (ours.kind, ours.period, ours.period_type) == ("heap", 64, theirs.period_type)


@pytest.mark.real_go
def test_what_was_not_yet_published_is_left_out_and_comes_with_the_next_cycles() -> None:
    with running("1.22.10") as subject:
        target = attach(subject.pid)
        before = read(read_heap(target))
        subject.ask(b"H")
        assert read(read_heap(target)) == before
        subject.ask(b"c")
        subject.ask(b"c")
        after = read(read_heap(target))
        assert after != before
        assert after == said(subject.ask(b"h").decode())
        target.close()


@pytest.mark.real_go
def test_a_process_that_keeps_no_profile_is_told() -> None:
    with running_bare("1.22.10", STRIPPED) as subject:
        target = attach(subject.pid)
        with pytest.raises(BadInput, match="keeps no heap profile") as told:
            read_heap(target)
        assert "net/http/pprof" in told.value.hint
        target.close()


HEAD = 0x5000_0000


def lying(buckets: dict[int, bytes], head: int = HEAD, rate: int = 1) -> FakeMemory:
    """A process with these buckets; everything else is zero."""
    places = dict(buckets)
    memory = FakeMemory(lambda region: _piece(places, region.address, region.size_bytes))
    target = fake_target(memory, "1.22.10")
    places[target.address("runtime.mbuckets")] = struct.pack("<Q", head)
    places[target.address("runtime.MemProfileRate")] = struct.pack("<Q", rate)
    return memory


def _piece(places: dict[int, bytes], start: int, size: int) -> bytes:
    out = bytearray(size)
    for at, data in places.items():
        low, high = max(at, start), min(at + len(data), start + size)
        if low < high:
            out[low - start : high - start] = data[low - at : high - at]
    return bytes(out)


def bucket(after: int, kind: int = 1, frames: int = 1, allocs: int = 3) -> bytes:
    header = struct.pack("<6Q", 0, after, kind, 0, 64, frames)
    record = struct.pack("<16Q", allocs, 1, allocs * 64, 64, *[0] * 12)
    return header + struct.pack("<Q", 0x40_1000) * min(frames, 8) + record


@pytest.mark.parametrize(
    ("buckets", "sentence", "count"),
    [
        ({HEAD: bucket(HEAD)}, "comes back to itself", 1),
        ({HEAD: bucket(HEAD + 4096), HEAD + 4096: bucket(HEAD)}, "comes back to itself", 2),
        ({HEAD: bucket(0, kind=2)}, "leads to what is none", 0),
        ({HEAD: bucket(0, frames=1 << 60)}, "leads to what is none", 0),
        ({HEAD: bucket(HEAD + 65536 * 3)}, "leads to what is none", 1),
        ({HEAD: bucket(0)}, "", 1),
    ],
)
def test_a_hostile_list_ends_with_a_word(
    buckets: dict[int, bytes], sentence: str, count: int
) -> None:
    memory = lying(buckets)
    found = read_heap(fake_target(memory, "1.22.10"))
    assert sentence in found.doubt
    assert len(found) == count
    assert sum(region.size_bytes for region in memory.asked) < 1 << 20


@pytest.mark.parametrize("head", [1 << 63, (1 << 64) - 1, (1 << 47) - 8])
def test_a_pointer_to_nowhere_is_a_sentence(head: int) -> None:
    with pytest.raises(BadInput):
        read_heap(fake_target(lying({}, head), "1.22.10"))


def test_an_endless_list_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xray_heap, "MOST_BUCKETS", 100)
    endless = {HEAD + 256 * row: bucket(HEAD + 256 * (row + 1)) for row in range(1000)}
    found = read_heap(fake_target(lying(endless), "1.22.10"))
    assert len(found) == 100
    assert "more than 100 buckets" in found.doubt


def test_a_profile_that_is_off_is_no_profile() -> None:
    for rate in (0, (1 << 64) - 1):
        with pytest.raises(BadInput, match="keeps no heap profile"):
            read_heap(fake_target(lying({}, rate=rate), "1.22.10"))


def test_before_the_first_cycle_everything_is_published() -> None:
    header = struct.pack("<6Q", 0, 0, 1, 0, 64, 1) + struct.pack("<Q", 0x40_1000)
    record = struct.pack("<16Q", *[0] * 8, 5, 0, 320, 0, *[0] * 4)
    found = read_heap(fake_target(lying({HEAD: header + record}), "1.22.10"))
    assert found.allocs.tolist() == [5]
    assert found.alloc_bytes.tolist() == [320]
    assert found.pcs.tolist() == [0x40_1000]
    assert found.offsets.dtype == np.int64
