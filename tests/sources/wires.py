"""Small servers on loopback, well-behaved and not, for tests of whoever asks them."""

from __future__ import annotations

import contextlib
import gzip
import socket
import threading
from collections.abc import Callable, Iterator

INDEX = b"""<html><head><title>/debug/pprof/</title></head><body>
<p>Types of profiles available:</p><table>
<tr><td>13</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr></table></body></html>"""
PROFILE = gzip.compress(b"\x0a\x04\x08\x01\x10\x02\x32\x00")
Handler = Callable[[socket.socket, str], None]


@contextlib.contextmanager
def serving(handler: Handler) -> Iterator[str]:
    """Calls ``handler(wire, path)`` for each request; yields the server's URL."""
    listener = socket.create_server(("127.0.0.1", 0))
    open_wires: list[socket.socket] = []

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                wire, _ = listener.accept()
                open_wires.append(wire)
                threading.Thread(target=_talk, args=[wire, handler], daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for wire in open_wires:
            wire.close()


def answer(wire: socket.socket, body: bytes, *, status: str = "200 OK", more: str = "") -> None:
    """A whole answer that keeps the line open."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    wire.sendall(head.encode() + body)


def pprof(wire: socket.socket, path: str) -> None:
    """What Go's net/http/pprof answers, about."""
    answers = {
        "/debug/pprof/": INDEX,
        "/debug/pprof/heap": PROFILE,
        "/debug/pprof/goroutine": PROFILE,
        "/debug/pprof/heap?debug=1": b"heap profile: 0: 0 [0: 0] @ heap/1048576\n# Sys = 1\n",
    }
    if path in answers:
        answer(wire, answers[path])
    else:
        answer(wire, b"404 page not found", status="404 Not Found")


def _talk(wire: socket.socket, handler: Handler) -> None:
    with contextlib.suppress(OSError, IndexError):
        waiting = b""
        while True:
            while b"\r\n\r\n" not in waiting:
                piece = wire.recv(4096)
                if not piece:
                    return
                waiting += piece
            request, _, waiting = waiting.partition(b"\r\n\r\n")
            handler(wire, request.split()[1].decode())
