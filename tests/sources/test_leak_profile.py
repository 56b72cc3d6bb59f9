"""Go's goroutine leak profile: among loose files, and asked for where the program has it."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from tests.sources import servers
from tests.sources.test_capture import INDEX, PAGES

from goom.case.evidence import Evidence
from goom.sources.bundle_reader import read_bundle
from goom.sources.capture import CaptureOptions, capture
from goom.sources.capture_plan import DEFAULT, chosen
from goom.sources.live_target import find_target
from goom.sources.load import LoadOptions, load

PROFILES = Path(__file__).parents[1] / "formats" / "profiles" / "1.27.3"
LEAKED = (PROFILES / "goroutineleak.pb.gz").read_bytes()
LISTED = b"<tr><td>3</td><td><a href='goroutineleak?debug=1'>goroutineleak</a></td></tr>\n"
TEXT = """goroutineleak profile: total 300
300 @ 0x48a16a 0x41808e 0x417bd2 0x6793d9 0x490ea1
#\t0x6793d8\tmain.main.func1+0x18\t/src/app/main.go:17

"""


def seen(tmp_path: Path, data: bytes) -> Evidence:
    (tmp_path / "file").write_bytes(data)
    return load([str(tmp_path / "file")], LoadOptions())


@pytest.mark.parametrize("data", [LEAKED, TEXT.encode()], ids=["protobuf", "debug=1"])
def test_those_that_leak_are_no_count_of_all(tmp_path: Path, data: bytes) -> None:
    evidence = seen(tmp_path, data)
    assert len(evidence.profiles.of("goroutineleak")) == 1
    assert not evidence.goroutine_dumps.all


def test_debug_2_is_a_dump_of_all_with_marks(tmp_path: Path) -> None:
    evidence = seen(tmp_path, (PROFILES / "goroutineleak.debug2.txt").read_bytes())
    (dump,) = evidence.goroutine_dumps.all
    assert 0 < dump.leaked.sum() < dump.total


def captured(tmp_path: Path, pages: dict[str, bytes], asked: list[str]) -> Evidence:
    answer = servers.by_path(pages)

    def noted(request: BaseHTTPRequestHandler) -> None:
        asked.append(request.path)
        answer(request)

    with servers.serving(noted) as url:
        bundle = tmp_path / "x.goom"
        options = CaptureOptions(bundle=bundle, for_seconds=2.5, budget_fraction=0.5)
        capture(find_target(None, url), options)
    return read_bundle(bundle)


def test_it_is_asked_for_once_where_the_index_names_it(tmp_path: Path) -> None:
    pages = {
        **PAGES,
        "/debug/pprof/": INDEX.replace(b"</table>", LISTED + b"</table>") + LISTED,
        "/debug/pprof/goroutineleak": LEAKED,
    }
    asked: list[str] = []
    evidence = captured(tmp_path, pages, asked)
    assert len(evidence.profiles.of("goroutineleak")) == 1
    assert asked.count("/debug/pprof/goroutineleak") == 1


def test_a_go_that_has_none_is_not_asked(tmp_path: Path) -> None:
    asked: list[str] = []
    evidence = captured(tmp_path, dict(PAGES), asked)
    assert not [path for path in asked if "goroutineleak" in path]
    assert not [one for one in evidence.not_read if "leak" in one.what]


def test_what_it_costs_is_said_beforehand() -> None:
    look = chosen(["goroutineleak"])[0]
    assert look.name in DEFAULT
    assert "~20 ms (10,000 goroutines)" in look.cost_text(10_000)
    assert look.estimate_seconds(1_000, 1 << 30) > 0.4
    assert look.estimate_seconds(None, float("nan")) == 0.0
