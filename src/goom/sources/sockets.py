"""Where a process listens: its sockets by inode, in ``/proc/PID/net/tcp`` and ``tcp6``."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable
from typing import NamedTuple

from goom.sources import procfs

_LISTEN = b"0A"
_MAX_TABLE_BYTES = 16 << 20


class Listener(NamedTuple):
    """An address that can be reached over loopback."""

    host: str  # "127.0.0.1", "::1", or another address of 127.0.0.0/8
    port: int

    @property
    def url(self) -> str:
        """The address as the beginning of a URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def socket_inodes(pid: int) -> frozenset[int]:
    """The inodes of the process's open sockets; none when they may not be read."""
    folder = f"{procfs.PROC}/{pid}/fd"
    found: set[int] = set()
    try:
        names = os.listdir(folder)  # noqa: PTH208 - ten times cheaper than Path.iterdir
    except OSError:
        return frozenset()
    for name in names:
        try:
            target = os.readlink(f"{folder}/{name}")  # noqa: PTH115 - as above
        except OSError:
            continue
        if target.startswith("socket:["):
            found.add(int(target[8:-1]))
    return frozenset(found)


def listeners(pids: Iterable[int]) -> tuple[Listener, ...]:
    """Where these processes listen, as far as loopback reaches it; lowest port first."""
    found: set[Listener] = set()
    for pid in pids:
        inodes = socket_inodes(pid)
        for table in ("net/tcp", "net/tcp6"):
            found.update(_listening(pid, table, inodes) if inodes else ())
    return tuple(sorted(found, key=lambda one: (one.port, one.host)))


def _listening(pid: int, table: str, inodes: frozenset[int]) -> list[Listener]:
    try:
        text = procfs.read_whole(pid, table, max_bytes=_MAX_TABLE_BYTES)
    except OSError:
        return []
    return parse_listening(text, inodes)


def parse_listening(table: bytes, inodes: frozenset[int]) -> list[Listener]:
    """The listening rows of a kernel table that belong to ``inodes`` and that loopback reaches."""
    found: list[Listener] = []
    for line in table.splitlines()[1:]:
        fields = line.split()
        if len(fields) < 10 or fields[3] != _LISTEN or int(fields[9]) not in inodes:
            continue
        address, _, port = fields[1].partition(b":")
        host = _over_loopback(address)
        if host:
            found.append(Listener(host, int(port, 16)))
    return found


def _over_loopback(hexadecimal: bytes) -> str:
    """How loopback reaches an address of the table, "" when it does not."""
    words = bytes.fromhex(hexadecimal.decode("ascii"))
    # The kernel prints each 32-bit word in the machine's own order.
    raw = b"".join(words[at : at + 4][::-1] for at in range(0, len(words), 4))
    address = ipaddress.ip_address(raw)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_unspecified:
        # A wildcard of IPv6 takes IPv4 as well, unless it is told not to; Go's default does.
        return "127.0.0.1"
    return str(address) if address.is_loopback else ""
