"""Any bytes as a file of a memory cgroup; the first line is the file's name."""

from __future__ import annotations

from contextlib import suppress

from goom.case.errors import GoomError
from goom.formats import cgroup


def one_input(data: bytes) -> None:
    """Read under the name that the first line states."""
    name, _, content = data.partition(b"\n")
    with suppress(GoomError):
        cgroup.parse_file(name.decode("utf-8", "replace"), content)
    cgroup.version(content)
    cgroup.is_single_number(name.decode("utf-8", "replace"))
