"""Any text as a goroutine dump."""

from __future__ import annotations

from contextlib import suppress

from goom.case.errors import GoomError
from goom.formats.goroutine_dump import parse


def one_input(data: bytes) -> None:
    """Every column must be as long as every other."""
    with suppress(GoomError):
        dump = parse(data.decode("utf-8", "replace"))
        columns = (dump.ids, dump.states, dump.wait_minutes, dump.leaked, dump.created_by)
        assert {len(column) for column in columns} == {len(dump.counts)}
        assert all(0 <= place < len(dump.stacks) for place in dump.stack_ids.tolist())
