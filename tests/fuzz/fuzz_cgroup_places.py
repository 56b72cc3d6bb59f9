"""Any bytes as /proc/PID/cgroup, a NUL, and mountinfo."""

from __future__ import annotations

from goom.formats import cgroup_places


def one_input(data: bytes) -> None:
    """Whatever is found is at or below its mount: nothing climbs out of it."""
    cgroup, _, mountinfo = data.decode("utf-8", "replace").partition("\0")
    for place in cgroup_places.parse(cgroup, mountinfo):
        assert ".." not in place.folder.split("/")[len(place.mount.split("/")) :]
        assert place.ancestors[0] == place.folder
