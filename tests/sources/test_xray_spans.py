"""The span map of a process that says nonsense, and the map's way into a bundle and back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.fuzz.fuzz_xray_span_memory import one_input
from tests.sources.fake_memory import FakeMemory, fake_target
from tests.span_maps import span_map

from goom.case.errors import BadInput
from goom.case.subject import Subject
from goom.formats import xray_spans
from goom.formats.go_layout import Field
from goom.sources.bundle_reader import read_bundle
from goom.sources.bundle_writer import BundleWriter
from goom.sources.manifest import Manifest
from goom.sources.process_memory import Region
from goom.sources.xray.anchors import find_anchors
from goom.sources.xray.batch import clusters, read_batch
from goom.sources.xray.columns import column


def test_a_bundle_gives_back_the_maps_it_was_given_in_order_of_time(tmp_path: Path) -> None:
    late, early = (span_map([(5, 10, 3)], at_seconds=at) for at in (2e9, 1e9))
    writer = BundleWriter(tmp_path / "x.goom")
    writer.begin(Manifest(subject=Subject()))
    for one in (late, early):
        name = f"xray/spans-{int(one.taken_at_seconds * 1e9)}.json"
        assert writer.add(name, xray_spans.to_json(one))
    with writer:
        pass
    evidence = read_bundle(tmp_path / "x.goom")
    assert [one.taken_at_seconds for one in evidence.spans.all] == [1e9, 2e9]
    assert evidence.subject.go_version == "1.22.10"
    assert not evidence.not_read


def test_neighbours_are_read_as_one_region_and_every_struct_is_found_in_it() -> None:
    at = np.array([0x1000, 0x10A0, 0x1140, 0x9000_0000, 0x9000_00A0])
    regions, places = clusters(at, 0xA0)
    assert regions == [Region(0x1000, 0x1E0), Region(0x9000_0000, 0x140)]
    assert places.tolist() == [0, 0xA0, 0x140, 0x1E0, 0x280]


def test_a_region_is_never_larger_than_a_call_may_be() -> None:
    at = np.arange(1 << 20) * 160 + (1 << 30)
    regions, places = clusters(at, 160)
    assert max(region.size_bytes for region in regions) <= (32 << 20) + 160
    assert (np.diff(places) == 160).all()


def test_a_field_is_cut_from_its_word() -> None:
    data = np.arange(48, dtype=np.uint8)
    places = np.array([0, 24])
    assert column(data, places, Field(10, 2, "uint16")).tolist() == [0x0B0A, 0x2322]
    assert column(data, places, Field(5, 1, "uint8")).tolist() == [5, 29]
    with pytest.raises(BadInput):
        column(data, places, Field(6, 4, "uint32"))


def test_very_many_places_are_refused() -> None:
    memory = FakeMemory(lambda _: b"")
    with pytest.raises(BadInput, match="more than goom reads"):
        read_batch(memory, {"spans": [Region(4096, 8)] * 70_000})
    with pytest.raises(BadInput, match="more than goom reads"):
        read_batch(memory, {"spans": [Region(4096, 60 << 20)] * 9})


@pytest.mark.parametrize("count", [0, 1 << 40])
def test_a_heap_without_end_or_beginning_is_refused(count: int) -> None:
    def answer(region: Region) -> bytes:
        return (0x20_0000).to_bytes(8, "little") + count.to_bytes(8, "little")

    with pytest.raises(BadInput):
        find_anchors(fake_target(FakeMemory(answer)))


def test_any_bytes_as_a_process_cost_no_more_than_was_granted() -> None:
    rng = np.random.default_rng(1)
    for size in (1, 8, 16, 100, 4096):
        for _ in range(20):
            one_input(rng.integers(0, 256, size, dtype=np.uint8).tobytes())
