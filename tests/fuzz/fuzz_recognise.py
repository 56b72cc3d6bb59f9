"""Any bytes as the head of a file."""

from __future__ import annotations

from goom.formats.recognise import Kind, holds_also, recognise


def one_input(data: bytes) -> None:
    """Every head is of some kind."""
    assert recognise(data) in Kind
    assert recognise(data, "memory.current") in Kind
    holds_also(data)
