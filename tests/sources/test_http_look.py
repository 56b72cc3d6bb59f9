"""GETs against servers that hang, stream, redirect, break off and behave."""

from __future__ import annotations

import socket
import threading

import pytest
from tests.sources.wires import answer, serving

from goom.case.errors import BadInput, TooLarge
from goom.sources.http_look import HttpLook, UnreachableError


def test_one_line_serves_many_answers() -> None:
    lines: set[int] = set()

    def handler(wire: socket.socket, path: str) -> None:
        lines.add(id(wire))
        answer(wire, path.encode())

    with serving(handler) as url:
        look = HttpLook(url)
        bodies = [look.get(f"/{n}", within_seconds=5).body for n in range(5)]
        look.close()
    assert bodies == [b"/0", b"/1", b"/2", b"/3", b"/4"]
    assert len(lines) == 1


def test_a_line_that_the_server_hung_up_is_taken_up_again() -> None:
    def handler(wire: socket.socket, path: str) -> None:
        answer(wire, b"x")
        wire.shutdown(socket.SHUT_RDWR)

    with serving(handler) as url:
        look = HttpLook(url)
        assert look.get("/", within_seconds=5).body == b"x"
        assert look.get("/", within_seconds=5).body == b"x"
        look.close()


def test_a_server_that_hangs_in_the_middle_of_its_answer_is_left() -> None:
    def handler(wire: socket.socket, path: str) -> None:
        wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")

    with serving(handler) as url, pytest.raises(UnreachableError, match="did not answer in full"):
        HttpLook(url).get("/", within_seconds=0.2)


def test_a_server_that_drips_headers_for_ever_is_left() -> None:
    over = threading.Event()

    def handler(wire: socket.socket, path: str) -> None:
        wire.sendall(b"HTTP/1.1 200 OK\r\nX-Drip: ")
        while not over.wait(0.02):
            wire.sendall(b"a")

    with serving(handler) as url, pytest.raises(UnreachableError, match="did not answer in full"):
        HttpLook(url).get("/", within_seconds=0.3)
    over.set()


def test_a_server_that_streams_for_ever_is_bounded() -> None:
    def handler(wire: socket.socket, path: str) -> None:
        wire.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            wire.sendall(b"x" * 65536)

    with serving(handler) as url, pytest.raises(TooLarge, match="stopped reading"):
        HttpLook(url).get("/", within_seconds=10, max_bytes=1 << 20)


def test_an_answer_that_breaks_off_is_no_answer() -> None:
    def handler(wire: socket.socket, path: str) -> None:
        wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        wire.shutdown(socket.SHUT_RDWR)

    with serving(handler) as url, pytest.raises(UnreachableError, match="broke off"):
        HttpLook(url).get("/", within_seconds=5)


def test_a_redirect_is_an_answer_and_not_followed() -> None:
    asked: list[str] = []

    def handler(wire: socket.socket, path: str) -> None:
        asked.append(path)
        answer(wire, b"", status="302 Found", more="Location: http://192.0.2.1/\r\n")

    with serving(handler) as url:
        assert HttpLook(url).get("/heap", within_seconds=5).status == 302
    assert asked == ["/heap"]


def test_nobody_there_is_one_sentence() -> None:
    with serving(lambda wire, path: None) as url:
        pass
    with pytest.raises(UnreachableError, match="nobody listens"):
        HttpLook(url).get("/", within_seconds=5)


@pytest.mark.parametrize("address", ["ftp://127.0.0.1/", "127.0.0.1:6060", "http://", ""])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(BadInput, match="is not an http"):
        HttpLook(address)
