"""What counts as a Go program's own pprof endpoint, and what does not."""

from __future__ import annotations

import socket

import pytest
from tests.sources.wires import INDEX, PROFILE, Handler, answer, pprof, serving

from goom.case.errors import BadInput
from goom.sources import pprof_endpoint
from goom.sources.pprof_endpoint import PprofEndpoint, named, probe


def test_an_endpoint_is_found_by_its_index() -> None:
    with serving(pprof) as url:
        found = probe(url, within_seconds=5)
    assert found is not None and found.base_url == f"{url}/debug/pprof"


def test_an_endpoint_without_an_index_is_found_by_a_profile() -> None:
    def handler(wire: socket.socket, path: str) -> None:
        if path == "/debug/pprof/heap":
            answer(wire, PROFILE)
        else:
            answer(wire, b"", status="404 Not Found")

    with serving(handler) as url:
        assert probe(url, within_seconds=5) is not None


def _everything_is_a_page(wire: socket.socket, path: str) -> None:
    answer(wire, b"<html><body>Welcome to /debug/pprof/ of our shop</body></html>")


def _everything_redirects(wire: socket.socket, path: str) -> None:
    answer(wire, INDEX, status="302 Found", more="Location: /debug/pprof/\r\n")


def _junk(wire: socket.socket, path: str) -> None:
    answer(wire, bytes(range(256)) * 10)


@pytest.mark.parametrize("handler", [_everything_is_a_page, _everything_redirects, _junk])
def test_a_server_that_merely_answers_is_no_endpoint(handler: Handler) -> None:
    with serving(handler) as url:
        assert probe(url, within_seconds=5) is None


def test_a_page_instead_of_a_profile_is_refused_in_a_sentence() -> None:
    with serving(_everything_is_a_page) as url, pytest.raises(BadInput, match="something else"):
        PprofEndpoint(url).fetch(pprof_endpoint.HEAP)


def test_a_redirect_instead_of_a_profile_is_refused_in_a_sentence() -> None:
    with serving(_everything_redirects) as url, pytest.raises(BadInput, match="redirect"):
        PprofEndpoint(url).fetch(pprof_endpoint.HEAP)


def test_escape_sequences_of_a_server_do_not_reach_the_message() -> None:
    def handler(wire: socket.socket, path: str) -> None:
        answer(wire, b"\x1b[31mno\x07", status="500 Internal Server Error")

    with serving(handler) as url, pytest.raises(BadInput) as caught:
        PprofEndpoint(url).fetch(pprof_endpoint.HEAP)
    assert caught.value.message.isprintable()


def test_the_index_tells_how_many_goroutines_there_are() -> None:
    with serving(pprof) as url:
        assert PprofEndpoint(f"{url}/debug/pprof").counts() == {"goroutine": 13}


def test_a_named_address_may_be_the_server_the_endpoint_or_a_profile() -> None:
    wanted = "http://127.0.0.1:6060/debug/pprof"
    for given in ("", "/debug/pprof", "/debug/pprof/", "/debug/pprof/heap?debug=1"):
        assert named(f"http://127.0.0.1:6060{given}").base_url == wanted
    assert named("http://127.0.0.1:1/internal/prof").base_url == "http://127.0.0.1:1/internal/prof"


def test_expvar_and_metrics_are_known_by_their_content() -> None:
    def handler(wire: socket.socket, path: str) -> None:
        bodies = {
            "/debug/vars": b'{"cmdline": [], "memstats": {}}',
            "/metrics": b"# HELP x\ngo_goroutines 7\n",
        }
        answer(wire, bodies.get(path, b""))

    with serving(handler) as url:
        assert pprof_endpoint.answers(url, pprof_endpoint.VARS, within_seconds=5)
        assert pprof_endpoint.answers(url, pprof_endpoint.METRICS, within_seconds=5)
    with serving(_everything_is_a_page) as url:
        assert not pprof_endpoint.answers(url, pprof_endpoint.VARS, within_seconds=5)
        assert not pprof_endpoint.answers(url, pprof_endpoint.METRICS, within_seconds=5)
