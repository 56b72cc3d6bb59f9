"""Real HTTP servers that misbehave, each in its own thread."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextlib.contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """A server on loopback that answers every GET with ``answer``; its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet for head and body, or delayed acknowledgements cost 40 ms each

        def do_GET(self) -> None:
            with contextlib.suppress(OSError):
                answer(self)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def body(content: bytes, *, status: int = 200, kind: str = "text/plain") -> Answer:
    """The same answer to everything."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    return answer


def by_path(pages: dict[str, bytes]) -> Answer:
    """What stands under the path without its query; 404 for the rest."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        content = pages.get(request.path) or pages.get(request.path.partition("?")[0])
        if content is None:
            body(b"404 page not found", status=404)(request)
        else:
            body(content)(request)

    return answer


def redirect(request: BaseHTTPRequestHandler) -> None:
    """To another place, for ever."""
    request.send_response(302)
    request.send_header("Location", "/login")
    request.send_header("Content-Length", "0")
    request.end_headers()


def hang(request: BaseHTTPRequestHandler) -> None:
    """No answer at all."""
    time.sleep(60)


def drip(request: BaseHTTPRequestHandler) -> None:
    """An answer that never ends, a byte at a time."""
    request.send_response(200)
    request.end_headers()
    while True:
        request.wfile.write(b"x")
        request.wfile.flush()
        time.sleep(0.05)


def flood(request: BaseHTTPRequestHandler) -> None:
    """An answer that never ends, as fast as it goes."""
    request.send_response(200)
    request.end_headers()
    while True:
        request.wfile.write(bytes(1 << 20))


def cut_off(request: BaseHTTPRequestHandler) -> None:
    """Less than was promised."""
    request.send_response(200)
    request.send_header("Content-Length", "100000")
    request.end_headers()
    request.wfile.write(b"x" * 100)
    request.wfile.flush()
    request.close_connection = True
