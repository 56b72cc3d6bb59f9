"""A Go program's own ``/debug/pprof``: recognised by what it answers, and asked for profiles."""

from __future__ import annotations

import re
import threading
import zlib
from typing import NamedTuple

from goom.case.errors import BadInput
from goom.case.units import KIB, MIB
from goom.sources.http_look import DEFAULT_MAX_BYTES, Answer, HttpLook, UnreachableError

USUAL_PATH = "/debug/pprof"
_INDEX_MARK = b"Types of profiles available"
_INDEX_BYTES = 1 * MIB
_COUNT = re.compile(rb"<td>\s*(\d+)\s*</td>\s*<td>\s*<a href=['\"]?(?:[^'\">]*/)?(\w+)\?debug")
_FIRST_TAGS = (b"\x0a", b"\x48", b"\x5a")  # sample_type; Go's CPU profiles: time_nanos; period_type
_WELL_KNOWN = ("heap", "goroutine", "allocs")


class Query(NamedTuple):
    """What to ask for, and the name that the answer has in a bundle."""

    kind: str  # "heap", "goroutine", "cpu"
    path: str  # below the endpoint
    suffix: str  # of the bundle entry
    waits_seconds: float = 0.0  # how long the answer takes by its nature

    @property
    def stem(self) -> str:
        """The beginning of the bundle entry's name."""
        return f"{self.kind}/{self.kind}" if self.kind in _NO_PROFILES else f"pprof/{self.kind}"


_NO_PROFILES = ("vars", "metrics")
HEAP = Query("heap", "/heap", ".pb.gz")
GOROUTINE = Query("goroutine", "/goroutine", ".pb.gz")
MEMSTATS = Query("heap", "/heap?debug=1", ".debug1.txt")
GOROUTINE_DUMP = Query("goroutine", "/goroutine?debug=2", ".debug2.txt")
LEAKED = Query("goroutineleak", "/goroutineleak", ".pb.gz")  # Go 1.27; an experiment of 1.26
VARS = Query("vars", "/debug/vars", ".json")  # below the server, like METRICS
METRICS = Query("metrics", "/metrics", ".prom")


def cpu(seconds: int) -> Query:
    """A CPU profile over so many seconds."""
    return Query("cpu", f"/profile?seconds={seconds}", ".pb.gz", float(seconds))


def trace(seconds: float) -> Query:
    """An execution trace over so many seconds."""
    return Query("trace", f"/trace?seconds={seconds:g}", ".trace", seconds)


class PprofEndpoint:
    """An endpoint at a base URL, the part before ``/heap``. One kept connection per query path, so
    that threads which ask for different things never wait for each other.
    """

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._lines: dict[str, HttpLook] = {}
        self._lock = threading.Lock()
        HttpLook(self.base_url)  # an address that is none is said at once

    def fetch(
        self, query: Query, *, within_seconds: float = 5.0, max_bytes: int = DEFAULT_MAX_BYTES
    ) -> Answer:
        """One profile or dump, as the program sent it.

        Raises UnreachableError, TooLarge, or BadInput when the answer is something else.
        """
        within = within_seconds + query.waits_seconds
        answer = self._line(query.path).get(query.path, within_seconds=within, max_bytes=max_bytes)
        if answer.status != 200:
            raise BadInput(f"{self.base_url}{query.path} answers {_said(answer)}.")
        if not _fits(query, answer.body):
            raise BadInput(f"{self.base_url}{query.path} answers with something else than asked.")
        return answer

    def counts(self, *, within_seconds: float = 2.0) -> dict[str, int]:
        """The index page's counts (goroutine, threadcreate …), of every profile that the program
        has; it stops nothing in the program.
        """
        answer = self._line("/").get("/", within_seconds=within_seconds, max_bytes=_INDEX_BYTES)
        found = _COUNT.findall(answer.body)
        return {name.decode("ascii"): int(count) for count, name in found}

    def close(self) -> None:
        """Hang up all lines."""
        for line in self._lines.values():
            line.close()

    def _line(self, path: str) -> HttpLook:
        with self._lock:
            return self._lines.setdefault(path, HttpLook(self.base_url))


def probe(server_url: str, *, within_seconds: float = 0.5) -> PprofEndpoint | None:
    """The pprof endpoint of a server (``http://127.0.0.1:6060``), or None when it has none.

    Only Go's own index page or a profile that decodes counts; a redirect or a page that answers
    everything with 200 does not. Raises UnreachableError when the server does not answer at all.
    """
    line = HttpLook(server_url + USUAL_PATH)
    try:
        index = line.get("/", within_seconds=within_seconds, max_bytes=_INDEX_BYTES)
        if index.status == 200 and _INDEX_MARK in index.body:
            return PprofEndpoint(server_url + USUAL_PATH)
        return _by_profile(line, within_seconds)
    except BadInput:
        return None
    finally:
        line.close()


def named(url: str) -> PprofEndpoint:
    """The endpoint that a user named: the base itself, the server, or one of its profiles."""
    base = url.partition("?")[0].rstrip("/")
    head, _, tail = base.rpartition("/")
    if tail in _WELL_KNOWN or tail in ("profile", "trace"):
        base = head
    if "/" not in base.partition("://")[2]:
        base += USUAL_PATH
    return PprofEndpoint(base)


def _by_profile(line: HttpLook, within_seconds: float) -> PprofEndpoint | None:
    """Some programs route the profiles and not the index."""
    heap = line.get(HEAP.path, within_seconds=within_seconds)
    if heap.status == 200 and is_profile(heap.body):
        return PprofEndpoint(line.base_url)
    return None


def answers(server_url: str, query: Query, *, within_seconds: float = 0.5) -> bool:
    """Whether a server has expvar's ``/debug/vars`` (VARS) or a Go program's ``/metrics``."""
    server = PprofEndpoint(server_url)
    try:
        server.fetch(query, within_seconds=within_seconds, max_bytes=4 * MIB)
    except (UnreachableError, BadInput):
        return False
    finally:
        server.close()
    return True


def is_profile(body: bytes) -> bool:
    """Whether these bytes begin like a gzipped pprof profile."""
    stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        first = stream.decompress(body[: 64 * KIB], 2)
    except zlib.error:
        return False
    return first[:1] in _FIRST_TAGS


def _fits(query: Query, body: bytes) -> bool:
    if query is VARS:
        return body.startswith(b"{") and b'"memstats"' in body
    if query is METRICS:
        return re.search(rb"^go_\w+[ {]", body, re.MULTILINE) is not None
    if query.suffix == ".pb.gz":
        return is_profile(body)
    if query.suffix == ".trace":
        return body.startswith(b"go 1.")
    if query.suffix == ".debug1.txt":
        return body.startswith(query.kind.encode("ascii") + b" profile:")
    return body.startswith(b"goroutine ")


def _said(answer: Answer) -> str:
    if 300 <= answer.status < 400:
        return f"with a redirect ({answer.status}), which goom does not follow"
    first = answer.body[:200].decode("utf-8", "replace").strip().partition("\n")[0][:80]
    plain = "".join(char if char.isprintable() else "?" for char in first)
    return f"{answer.status}: {plain}" if plain else str(answer.status)
