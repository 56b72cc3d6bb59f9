"""GETs on a kept connection: bounded in time and size, redirects not followed."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from goom.case.errors import BadInput, GoomError, TooLarge
from goom.case.units import MIB, bytes_text

DEFAULT_MAX_BYTES = 64 * MIB
_PIECE_BYTES = 1 << 16


class UnreachableError(GoomError):
    """Nobody answers, or not in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and what it took."""

    status: int
    content_type: str
    body: bytes
    asked_at_seconds: float  # epoch, before the request
    took_seconds: float

    @property
    def taken_at_seconds(self) -> float:
        """The middle of the request: the best guess at the moment that the body shows."""
        return self.asked_at_seconds + self.took_seconds / 2


class HttpLook:
    """A kept connection to one server; not for use by two threads at once."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadInput(
                f"{base_url} is not an http:// or https:// address.",
                "It looks like this:  http://127.0.0.1:6060/debug/pprof",
            )
        self._path = parts.path
        self._netloc, self._secure = parts.netloc.rpartition("@")[2], parts.scheme == "https"
        self._connection: http.client.HTTPConnection | None = None

    def get(
        self, path: str, *, within_seconds: float, max_bytes: int = DEFAULT_MAX_BYTES
    ) -> Answer:
        """The answer to one GET, whatever its status.

        Raises UnreachableError (refused, cut off, too slow) or TooLarge.
        """
        asked, started = time.time(), time.monotonic()
        try:
            status, kind, body = self._get_again(path, within_seconds, max_bytes)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise UnreachableError(_why(self.base_url + path, error, within_seconds)) from None
        except TooLarge:
            self.close()
            raise
        return Answer(status, kind, body, asked, time.monotonic() - started)

    def save(
        self, path: str, keep: Callable[[bytes], object], *, within_seconds: float, max_bytes: int
    ) -> int:
        """The answer to one GET, handed on piece by piece; its status. Raises as ``get`` does.

        Nothing is handed on of an answer that is not 200.
        """
        self.close()  # on a new line nothing is asked twice
        try:
            connection = self._connected(within_seconds)
            with _cut_off_after(connection, within_seconds):
                response = self._ask(connection, path)
                take = keep if response.status == 200 else _nowhere
                _pieces(response, path, max_bytes, take)
            return response.status
        except (OSError, http.client.HTTPException) as error:
            raise UnreachableError(_why(self.base_url + path, error, within_seconds)) from None
        finally:
            self.close()

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _get_again(self, path: str, within: float, max_bytes: int) -> tuple[int, str, bytes]:
        kept = self._connection is not None
        try:
            return self._get_once(path, within, max_bytes)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self.close()
            if not kept:
                raise
            # A kept connection that the server has closed meanwhile says nothing about the server.
            return self._get_once(path, within, max_bytes)

    def _get_once(self, path: str, within: float, max_bytes: int) -> tuple[int, str, bytes]:
        connection = self._connected(within)
        with _cut_off_after(connection, within):
            response = self._ask(connection, path)
            body = _body(response, path, max_bytes)
        return response.status, response.headers.get("Content-Type", ""), body

    def _ask(self, connection: http.client.HTTPConnection, path: str) -> http.client.HTTPResponse:
        connection.request("GET", self._path + path, headers={"Accept-Encoding": "identity"})
        return connection.getresponse()

    def _connected(self, within: float) -> http.client.HTTPConnection:
        if self._connection is None or self._connection.sock is None:
            kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
            self._connection = kind(self._netloc, timeout=within)
            self._connection.connect()
        return self._connection


@contextlib.contextmanager
def _cut_off_after(connection: http.client.HTTPConnection, seconds: float) -> Iterator[None]:
    """A socket's own timeout starts anew with every byte; this one does not."""
    wire, is_over = connection.sock, threading.Event()

    def cut_off() -> None:
        is_over.set()
        with contextlib.suppress(OSError):
            wire.shutdown(socket.SHUT_RDWR)

    watch = threading.Timer(seconds, cut_off)
    watch.daemon = True
    watch.start()
    try:
        yield
    except (OSError, http.client.HTTPException):
        if not is_over.is_set():
            raise
    finally:
        watch.cancel()
    if is_over.is_set():  # a line that is cut in the headers looks like an answer that is empty
        raise TimeoutError


def _body(response: http.client.HTTPResponse, path: str, max_bytes: int) -> bytes:
    pieces: list[bytes] = []
    _pieces(response, path, max_bytes, pieces.append)
    return b"".join(pieces)


def _nowhere(piece: bytes) -> None:
    """What is not wanted."""


def _pieces(
    response: http.client.HTTPResponse,
    path: str,
    max_bytes: int,
    keep: Callable[[bytes], object],
) -> None:
    size = 0
    while piece := response.read1(_PIECE_BYTES):
        keep(piece)
        size += len(piece)
        if size > max_bytes:
            raise TooLarge(f"{path} sends more than {bytes_text(max_bytes)}; goom stopped reading.")
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
    response.close()  # read1 leaves an answer of stated length open, and the line with it


def _why(url: str, error: Exception, within: float) -> str:
    if isinstance(error, TimeoutError):
        return f"{url} did not answer in full within {within:g} s."
    if isinstance(error, ConnectionRefusedError):
        return f"nobody listens at {url}."
    if isinstance(error, http.client.HTTPException):
        return f"{url} broke off or does not speak HTTP ({type(error).__name__})."
    reason = error.strerror if isinstance(error, OSError) else ""
    return f"{url} cannot be reached: {reason or error}."
