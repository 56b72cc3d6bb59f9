"""``goom memory`` on real Go programs: nested limits, a budget that holds, huge pages, bundles."""

from __future__ import annotations

import json
from math import isnan
from pathlib import Path

import pytest
from tests.sources.memory_subjects import nested, tenant

from goom.case.memory_view import MemoryReport
from goom.case.units import MIB
from goom.cli.main import main
from goom.cli.memory_screen import report_of
from goom.formats import numa_maps, smaps
from goom.renderers.text.lines import cells
from goom.signals.numa_spread import spread
from goom.sources.live_target import find_process
from goom.sources.memory_look import look_at

LIMIT = 128 * MIB
PIECES = ("map 12", "hold 20", "churn 30")


def report(pid: int, for_seconds: float = 0.0) -> MemoryReport:
    return report_of(*look_at(find_process(pid), for_seconds))


@pytest.mark.real_go
@pytest.mark.real_cgroup
def test_the_advised_limit_keeps_a_program_alive_where_nine_tenths_kill_it() -> None:
    """Under a parent's limit, with a neighbour that takes a quarter of it."""
    with nested(LIMIT, "app", "side") as parent, tenant("1.22.10", parent / "side") as side:
        side.do("map 30")
        with tenant("1.22.10", parent / "app") as app:
            app.do(*PIECES)
            seen = report(app.pid)
        _is_told(seen)
        assert seen.budget is not None
        advised = int(seen.budget.advised_gomemlimit_bytes)
        assert _survives(parent / "app", advised)
        assert not _survives(parent / "app", int(0.9 * LIMIT))


def _is_told(seen: MemoryReport) -> None:
    """The parent binds, the neighbour is named, and the budget sums to the limit."""
    budget, around = seen.budget, seen.around
    assert budget is not None and around is not None
    assert around.binding is around.levels[1] and isnan(around.levels[0].limit_bytes)
    assert budget.is_ancestors and budget.limit_bytes == LIMIT
    assert budget.limit_of == around.levels[1].path
    assert 30 * MIB <= budget.neighbours_bytes <= 34 * MIB
    assert [name for name, _ in around.levels[0].neighbours] == ["side"]
    assert 12 * MIB <= budget.bytes_of("outside_go") <= 14 * MIB
    whole = sum(line.bytes for line in budget.lines) + budget.room_bytes
    assert whole == pytest.approx(LIMIT)
    assert 43 * MIB <= budget.unseen_bytes <= 52 * MIB
    assert {"binding_ancestor"} <= {one.code for one in seen.findings}


def _survives(folder: Path, gomemlimit: int) -> bool:
    """Whether the same program lives through 400 MiB of garbage with this GOMEMLIMIT alone."""
    settings = {"GOGC": "off", "GOMEMLIMIT": str(gomemlimit)}
    with tenant("1.22.10", folder, settings) as app:
        return app.do("map 12", "hold 20", "churn 400") == "done"


@pytest.mark.real_go
@pytest.mark.parametrize("go", ["1.21.13", "1.22.10", "1.27.3"])
def test_huge_pages_that_bring_back_what_go_gave_back_are_found(go: str) -> None:
    """By MADV_COLLAPSE, which does at once what khugepaged does where THP is always on."""
    with tenant(go) as program:
        program.do("holes 100")
        before = report(program.pid)
        assert program.do("collapse").endswith("refused 0")
        after = report(program.pid)
    assert before.huge is not None and after.huge is not None and after.kinds is not None
    assert before.huge.brought_back_bytes < 1 * MIB
    heap = after.kinds.row("go_heap")
    assert heap is not None and heap.huge_bytes >= 90 * MIB
    assert 88 * MIB <= after.huge.brought_back_bytes <= heap.huge_bytes
    assert "huge_pages_hold" not in {one.code for one in before.findings}
    assert "huge_pages_hold" in {one.code for one in after.findings}


@pytest.mark.real_go
def test_disablethp_refuses_them_and_madvise_asks_for_them() -> None:
    with tenant("1.27.3", environment={"GODEBUG": "disablethp=1"}) as program:
        program.do("holes 20")
        refused = report(program.pid)
    with tenant("1.27.3") as program:
        program.do("holes 20", "huge")
        asked = report(program.pid)
    assert refused.huge is not None and asked.huge is not None
    assert refused.huge.heap_advised_against >= 1 and refused.huge.heap_advised == 0
    assert asked.huge.heap_advised >= 1
    assert "asked for them (MADV_HUGEPAGE)" in asked.huge.mechanism


@pytest.mark.real_go
def test_the_pages_of_a_real_program_on_the_one_node_of_this_machine() -> None:
    with tenant("1.22.10") as program:
        program.do("hold 20")
        pages = numa_maps.parse(Path(f"/proc/{program.pid}/numa_maps").read_bytes())
        mapped = smaps.parse(Path(f"/proc/{program.pid}/smaps").read_bytes())
        seen = report(program.pid)
    assert seen.around is not None and seen.numa is not None
    told = spread(pages, (mapped,), seen.around)
    assert told.by_kind["Go's arenas"][0] >= 20 * MIB
    if len(seen.around.nodes) == 1:
        assert told.said == seen.numa.said == "one memory node: nothing to say"


@pytest.mark.real_go
@pytest.mark.real_cgroup
def test_a_bundle_holds_it_all_and_the_screen_fits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    bundle = str(tmp_path / "x.goom")
    with nested(LIMIT, "app") as parent, tenant("1.22.10", parent / "app") as app:
        app.do(*PIECES)
        assert main(["capture", str(app.pid), "--for", "1s", "-o", bundle]) in (0, 1)
        capsys.readouterr()
        assert main(["memory", str(app.pid)]) == 0
        live = capsys.readouterr().out
    assert main(["memory", bundle, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "goom.memory/1"
    assert told["binding"] == told["around"]["levels"][1]["path"]
    assert told["budget"]["limit_bytes"] == LIMIT
    assert max(map(cells, live.splitlines())) < 80
    for words in ("Cgroups", "Budget  128.0 MiB of", "GOMEMLIMIT", "Go's arenas", "Nodes"):
        assert words in live


def test_nothing_to_look_at_is_said_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "gc.log"
    log.write_text("gc 1 @0.001s 1%: 0.1+0.2+0.1 ms clock, 0.1+0.1/0.1/0.1+0.1 ms cpu, "
                   "4->4->1 MB, 4 MB goal, 0 MB stacks, 0 MB globals, 2 P\n")  # fmt: skip
    assert main(["memory"]) == 2
    assert main(["memory", str(log)]) == 2
    assert main(["memory", "http://localhost:1"]) == 2
    said = capsys.readouterr().err
    assert "goom memory PID" in said and "goom capture PID" in said
