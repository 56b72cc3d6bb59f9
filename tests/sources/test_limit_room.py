"""The limit that is reached first is an ancestor's, and a neighbour fills it."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest
from tests.sources.memory_subjects import MEMORY, nested, tenant

from goom.case.units import MIB
from goom.sources.bundle_reader import read_bundle
from goom.sources.capture import CaptureOptions, capture
from goom.sources.capture_brink import CaptureBrink
from goom.sources.cgroup import (
    cgroup_of,
    droppable_bytes,
    limited_ancestor_of,
    limited_cgroup_of,
)
from goom.sources.limit_room import Unreclaimable
from goom.sources.live_target import find_target
from goom.sources.watch import Watch

VERSION = "1.22.10"
LIMIT = 128 * MIB


def real(test: Callable[..., None]) -> Callable[..., None]:
    """On real Go in real cgroups, of version 1."""
    no_v1 = pytest.mark.skipif(not MEMORY.is_dir(), reason=f"no cgroups of version 1 at {MEMORY}")
    for mark in (pytest.mark.real_go, pytest.mark.real_cgroup, no_v1):
        test = mark(test)
    return test


@real
def test_the_room_is_that_of_the_whole_limit() -> None:
    with (
        nested(LIMIT, "app", "side") as parent,
        tenant(VERSION, parent / "app") as app,
        tenant(VERSION, parent / "side") as side,
    ):
        found = limited_ancestor_of(app.pid)
        assert found is not None and found.folder == parent
        room = Unreclaimable(found, LIMIT)
        before = room.bytes_now()
        side.do("hold 64")
        assert room.bytes_now() - before == pytest.approx(64 * MIB, rel=0.2)
        found.close()


@real
def test_page_cache_of_neighbours_takes_no_room(tmp_path: Path) -> None:
    with (
        nested(2 * LIMIT, "app", "side") as parent,
        tenant(VERSION, parent / "app") as app,
    ):
        (parent / "app" / "memory.limit_in_bytes").write_text(str(LIMIT))
        enter = f"echo $$ > {parent}/side/cgroup.procs"
        write = f"dd if=/dev/zero of={tmp_path}/cache bs=1M count=160 2>/dev/null"
        subprocess.run(["sh", "-c", f"{enter}; {write}"], check=True)
        found = limited_cgroup_of(app.pid)
        assert found is not None and found.folder == parent / "app"
        found.close()
        shared = limited_ancestor_of(app.pid)
        assert shared is not None
        assert shared.usage_bytes() > 100 * MIB
        assert Unreclaimable(shared, 2 * LIMIT).bytes_now() < 64 * MIB
        shared.close()


@real
def test_a_limit_of_its_own_is_watched_beside_the_shared_one() -> None:
    called = threading.Event()
    with nested(2 * LIMIT, "app") as parent, tenant(VERSION, parent / "app") as app:
        (parent / "app" / "memory.limit_in_bytes").write_text(str(LIMIT))
        watch = Watch(Mock(), cgroup_of(app.pid), app.pid)
        brink = CaptureBrink(watch, called.set)
        tightest = brink.tightest()
        assert tightest is not None
        assert (tightest[0].folder, tightest[1]) == (parent / "app", LIMIT)
        assert not called.is_set()
        app.do("hold 110")
        assert called.wait(5.0)
        brink.stop()
        watch.close()


@real
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
