"""Any bytes as a saved eBPF look; what is read is derived from and written again."""

from __future__ import annotations

from contextlib import suppress

from goom.case.errors import GoomError
from goom.formats import ebpf_look
from goom.signals.ebpf.collector import collector
from goom.signals.ebpf.growth import growers
from goom.signals.ebpf.mappings import account


def one_input(data: bytes) -> None:
    """A look that is accepted can be worked with."""
    with suppress(GoomError):
        looks = ebpf_look.from_json(data)
        for look in looks:
            account(look)
            growers(look)
            collector(look, look)
        written = ebpf_look.to_json(looks)
        assert ebpf_look.to_json(ebpf_look.from_json(written)) == written
