"""Any bytes as what a bpftrace program of goom printed."""

from __future__ import annotations

from goom.case.ebpf import CALLS, FIGURES
from goom.formats import bpftrace


def one_input(data: bytes) -> None:
    """Whatever is printed, what comes of it is bounded and of the kinds that goom knows."""
    hits, said = bpftrace.parse(data)
    for hit in hits:
        assert hit.call in CALLS
        assert len(hit.figures) <= FIGURES
        assert all(-(1 << 63) <= figure < 1 << 63 for figure in hit.figures)
        assert all(0 < address < 1 << 64 for address in hit.walked)
        assert len(hit.stack) <= 128
    assert len(said.texts) <= 5
