"""The limit that is reached first is an ancestor's, and a neighbour fills it."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from tests.sources.memory_subjects import nested, tenant

from goom.case.units import MIB
from goom.sources.bundle_reader import read_bundle
from goom.sources.capture import CaptureOptions, capture
from goom.sources.cgroup import cgroup_of
from goom.sources.limit_room import Unreclaimable, droppable_bytes, limiting_cgroup
from goom.sources.live_target import find_target

pytestmark = [pytest.mark.real_go, pytest.mark.real_cgroup]
VERSION = "1.22.10"
LIMIT = 128 * MIB


def test_the_room_is_that_of_the_whole_limit() -> None:
    with (
        nested(LIMIT, "app", "side") as parent,
        tenant(VERSION, parent / "app") as app,
        tenant(VERSION, parent / "side") as side,
    ):
        own = cgroup_of(app.pid)
        found = limiting_cgroup(app.pid, own)
        assert own is not None and found is not None
        assert (own.folder, found.folder) == (parent / "app", parent)
        room = Unreclaimable(found)
        before = room.bytes_now()
        side.do("hold 64")
        assert room.bytes_now() - before == pytest.approx(64 * MIB, rel=0.2)
        assert own.usage_bytes() < 32 * MIB
        for group in (own, found):
            group.close()


def test_a_limit_of_its_own_is_the_programs_own_cgroup() -> None:
    with nested(1 << 40, "app") as parent, tenant(VERSION, parent / "app") as app:
        (parent / "app" / "memory.limit_in_bytes").write_text(str(LIMIT))
        own = cgroup_of(app.pid)
        assert limiting_cgroup(app.pid, own) is own
        assert own is not None
        own.close()


def test_a_capture_looks_when_a_neighbour_has_filled_the_limit(tmp_path: Path) -> None:
    """Mappings are due every five seconds; the look in between is the brink's."""
    filled: list[float] = []
    with (
        nested(LIMIT, "app", "side") as parent,
        tenant(VERSION, parent / "app") as app,
        tenant(VERSION, parent / "side") as side,
    ):

        def fill() -> None:
            side.do("hold 112")
            filled.append(time.time())

        app.do("hold 4")
        later = threading.Timer(2.0, fill)
        later.start()
        options = CaptureOptions(bundle=tmp_path / "x.goom", for_seconds=4.5)
        capture(find_target(app.pid, ""), options)
        later.join()
    evidence = read_bundle(tmp_path / "x.goom")
    assert evidence.subject.ending is None
    seen = [look.taken_at_seconds for look in evidence.mappings.all]
    assert any(-0.5 < at - filled[0] < 1.0 for at in seen), (seen, filled)


def test_page_cache_can_be_dropped_but_not_what_is_mapped_or_shared() -> None:
    figures = {"file_bytes": 10.0, "shmem_bytes": 3.0, "mapped_file_bytes": 2.0}
    assert droppable_bytes(figures) == 5.0
    assert droppable_bytes({"shmem_bytes": 3.0}) == 0.0
