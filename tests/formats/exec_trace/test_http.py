"""Which handler a stack is in."""

from __future__ import annotations

import pytest

from goom.case.exec_trace import Frame
from goom.formats.exec_trace.http import handler_of

BELOW = ("net/http.serverHandler.ServeHTTP", "net/http.(*conn).serve")
MUX = ("net/http.(*ServeMux).ServeHTTP", *BELOW)
ADAPTER = "net/http.HandlerFunc.ServeHTTP"


@pytest.mark.parametrize(
    ("calls", "handler"),
    [
        (("runtime.mallocgc", "main.tree", "main.search", ADAPTER, *MUX), "main.search"),
        (("main.(*exporter).ServeHTTP", *MUX), "main.(*exporter).ServeHTTP"),
        (("main.list", ADAPTER, "main.logged.func1", ADAPTER, *MUX), "main.list"),
        (("main.list", "example.com/router.(*Mux).ServeHTTP", *BELOW),
         "example.com/router.(*Mux).ServeHTTP"),
        (("net/http.(*timeoutHandler).ServeHTTP", *MUX), ""),
        (("net/http.(*ServeMux).findHandler", *MUX), ""),
        (("net/http.(*conn).readRequest", "net/http.(*conn).serve"), ""),
        (("main.work", "main.main"), ""),
        ((), ""),
    ],
)  # fmt: skip
def test_the_innermost_handler_below_net_http(calls: tuple[str, ...], handler: str) -> None:
    assert handler_of([Frame(name, "x.go", 1) for name in calls]) == handler
