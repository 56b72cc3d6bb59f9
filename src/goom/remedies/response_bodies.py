"""Connections that no response body gives back: the most frequent goroutine leak there is."""

from __future__ import annotations

from collections.abc import Iterator

from goom.case.verdict import Remedy, Verdict
from goom.rooms import remedy
from goom.signals.goroutine_growth import GoroutineGrowth

_CONNECTION = ("net/http.(*persistConn).readLoop", "net/http.(*persistConn).writeLoop")


@remedy
def close_response_bodies(verdict: Verdict, grown: GoroutineGrowth) -> Iterator[Remedy]:
    """When what grows are the two goroutines of each of an HTTP client's connections."""
    if verdict.cause != "goroutine_leak" or not grown.groups:
        return
    total = sum(max(group.grown, 0.0) for group in grown.groups)
    connections = sum(
        max(group.grown, 0.0)
        for group in grown.groups
        if any(frame.function in _CONNECTION for frame in group.stack)
    )
    if connections < 0.5 * total:
        return
    yield Remedy(
        code="close_response_bodies",
        when="code",
        order=5,
        title="Close and drain resp.Body",
        action="Wherever a response is taken: defer resp.Body.Close() right after the error check, "
        "and read the body to its end (io.Copy(io.Discard, resp.Body)) so that the connection is "
        "used again; do not make a new http.Transport for each request.",
        effect=f"{connections:.0f} goroutines are the readers and writers of connections that "
        "nobody gave back (net/http.(*persistConn)).",
        cost="none",
        safety="safe",
        undo="nothing to undo",
    )
