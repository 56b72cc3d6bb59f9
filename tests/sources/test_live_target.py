"""Targets that are refused: each with one sentence, soon, and with what to do next."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from tests.sources import servers

from goom.case.errors import BadInput, GoomError
from goom.sources.live_target import find_target, is_live, parse_live

Refused = Callable[[BaseHTTPRequestHandler], None]
INDEX = b"""<html>Types of profiles available:<table>
<tr><td>7</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr></table></html>"""


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (servers.body(b"<!doctype html><h1>Shop</h1>", kind="text/html"), "something else"),
        (servers.redirect, r"redirect \(302\), which goom does not follow"),
        (servers.body(b"no such page", status=404), "answers 404: no such page"),
        (servers.body(b"\x1b[2J<script>", status=500), "answers 500"),
        (servers.cut_off, "broke off"),
    ],
)
def test_an_address_that_is_no_pprof_endpoint_is_refused(answer: Refused, why: str) -> None:
    with servers.serving(answer) as url, pytest.raises(BadInput, match=why) as caught:
        find_target(None, url)
    assert caught.value.hint
    assert "\x1b" not in caught.value.message


@pytest.mark.parametrize("answer", [servers.hang, servers.drip])
def test_an_address_that_hangs_or_never_ends_is_left(answer: Refused) -> None:
    with (
        servers.serving(answer) as url,
        pytest.raises(GoomError, match=r"did not answer in full within 0\.3 s"),
    ):
        find_target(None, url, within_seconds=0.3)


def test_an_address_that_floods_is_left_at_the_bound() -> None:
    with servers.serving(servers.flood) as url, pytest.raises(BadInput, match="sends more than"):
        find_target(None, url)


def test_an_address_where_nobody_listens_is_said() -> None:
    with servers.serving(servers.hang) as url:
        pass
    with pytest.raises(BadInput, match="nobody listens") as caught:
        find_target(None, url)
    assert "Is the program running" in caught.value.hint


@pytest.mark.parametrize("url", ["ftp://host/x", "http://", "http://[::1"])
def test_an_address_that_is_none_is_said(url: str) -> None:
    with pytest.raises(BadInput):
        find_target(None, url)


def test_go_s_index_page_is_enough() -> None:
    with servers.serving(servers.by_path({"/debug/pprof/": INDEX})) as url:
        target = find_target(None, url)
        assert target.endpoint is not None
        assert target.endpoint.base_url == f"{url}/debug/pprof"
        assert target.subject.name == url.removeprefix("http://")


def test_a_pid_that_does_not_exist_is_said() -> None:
    with pytest.raises(BadInput, match="there is no process 4194305"):
        find_target(4_194_305, "")


def test_a_process_that_is_not_go_is_said(sleeper: subprocess.Popen[bytes]) -> None:
    with pytest.raises(BadInput, match=r"\(sleep\) is not a Go program"):
        find_target(sleeper.pid, "")


def test_a_process_that_has_died_but_was_not_collected_is_no_process() -> None:
    process = subprocess.Popen(["true"])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    with pytest.raises(BadInput, match="there is no process"):
        find_target(process.pid, "")
    process.wait()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_another_user_s_process_is_said_with_its_owner(sleeper: subprocess.Popen[bytes]) -> None:
    script = (
        "import os, sys; from goom.sources.live_target import find_target\n"
        "from goom.case.errors import BadInput\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "try: find_target(int(sys.argv[1]), '')\n"
        "except BadInput as error: print(error.message)"
    )
    command = [sys.executable, "-c", script, str(sleeper.pid)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.strip() == f"cannot read process {sleeper.pid}: it belongs to user root."


def test_a_target_is_live_when_it_is_a_number_or_an_address(tmp_path: Path) -> None:
    assert is_live("4711")
    assert is_live("http://127.0.0.1:6060")
    assert not is_live("heap.pb.gz")
    (tmp_path / "4711").touch()
    assert not is_live(str(tmp_path / "4711"))


def test_one_program_at_a_time() -> None:
    assert parse_live(["1", "http://x"]) == (1, "http://x")
    with pytest.raises(BadInput, match="one program at a time"):
        parse_live(["1", "2"])
