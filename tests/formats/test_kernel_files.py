"""What the kernel prints: smaps, cgroup files of both versions, status and stat."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from goom.case.errors import BadInput
from goom.case.units import KIB
from goom.formats import cgroup, proc, smaps

SMAPS = b"""\
c000000000-c000400000 rw-p 00000000 00:00 0                              [anon: Go: heap]
Size:               4096 kB
Rss:                1000 kB
Pss:                 900 kB
Private_Dirty:       800 kB
Anonymous:           700 kB
AnonHugePages:       512 kB
Swap:                 12 kB
VmFlags: rd wr mr mw me ac sd
55d444aaf000-55d444ab1000 r--p 00000000 fe:00 260131                     /opt/my app/bin (deleted)
Size:                  8 kB
Rss:                   8 kB
"""
V1_STAT = b"""cache 10
rss 20
total_cache 100
total_rss 200
total_rss_huge 30
total_mapped_file 5
total_swap 1
hierarchical_memory_limit 134217728
"""
V2_STAT = b"anon 200\nfile 100\nkernel 50\nkernel_stack 16\npagetables 8\nslab 12\nanon_thp 0\n"


def test_mappings_have_their_sizes_in_bytes() -> None:
    mappings = smaps.parse(SMAPS, taken_at_seconds=3.0)
    assert mappings.names == ("[anon: Go: heap]", "/opt/my app/bin (deleted)")
    assert mappings.permissions == ("rw-p", "r--p")
    assert mappings.start.tolist()[0] == 0xC000000000
    assert mappings.rss_bytes.tolist() == [1000 * KIB, 8 * KIB]
    assert mappings.private_dirty_bytes[0] == 800 * KIB
    assert np.isnan(mappings.swap_bytes[1])
    assert mappings.taken_at_seconds == 3.0


def test_maps_have_places_and_no_sizes() -> None:
    maps = b"".join(line for line in SMAPS.splitlines(keepends=True) if b"p 000" in line)
    mappings = smaps.parse(maps)
    assert len(mappings.names) == 2
    assert np.isnan(mappings.rss_bytes).all()


def test_a_mapping_cut_off_keeps_what_was_written() -> None:
    cut = SMAPS[: SMAPS.index(b"Pss")]
    assert smaps.parse(cut).rss_bytes.tolist() == [1000 * KIB]


def test_the_rollup_sums_under_the_same_names() -> None:
    data = (
        b"55d4fca67000-7ffe1c399000 ---p 00000000 00:00 0                          [rollup]\n"
        b"Rss:                1728 kB\nPss_Anon:            112 kB\nAnonHugePages:      0 kB\n"
    )
    assert smaps.parse_rollup(data) == {
        "rss_bytes": 1728.0 * KIB,
        "pss_anon_bytes": 112.0 * KIB,
        "anon_huge_bytes": 0.0,
    }


@pytest.mark.parametrize("data", [b"", b"Rss: 5 kB\n", b"\x00\xff"])
def test_what_is_no_smaps_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput):
        smaps.parse(data)
    with pytest.raises(BadInput):
        smaps.parse_rollup(data)


def test_this_process_own_mappings_add_up_to_its_rss() -> None:
    whole = Path("/proc/self/smaps").read_bytes()
    mappings = smaps.parse(whole)
    sizes = (mappings.end - mappings.start).astype(np.float64)
    assert (mappings.rss_bytes <= sizes).all()
    assert mappings.rss_bytes.sum() > 4 << 20


def test_stat_of_version_1_counts_the_subtree() -> None:
    assert cgroup.parse_file("memory.stat", V1_STAT) == {
        "anon_bytes": 200,
        "file_bytes": 100,
        "anon_huge_bytes": 30,
        "mapped_file_bytes": 5,
        "swap_bytes": 1,
        "limit_bytes": 134217728,
    }
    assert cgroup.version(V1_STAT) == 1


def test_stat_of_version_2_has_the_same_names() -> None:
    figures = cgroup.parse_file("memory.stat", V2_STAT)
    assert figures["anon_bytes"] == 200
    assert figures["kernel_bytes"] == 50
    assert figures["page_tables_bytes"] == 8
    assert cgroup.version(V2_STAT) == 2


@pytest.mark.parametrize(
    ("name", "data", "figures"),
    [
        ("memory.current", b"1000\n", {"usage_bytes": 1000}),
        ("memory.max", b"max\n", {}),
        ("memory.max", b"5000\n", {"limit_bytes": 5000}),
        ("memory.usage_in_bytes", b"1000\n", {"usage_bytes": 1000}),
        ("memory.limit_in_bytes", b"9223372036854771712\n", {}),
        ("memory.failcnt", b"7\n", {"limit_hits": 7}),
        ("cgroup/memory.peak-1700000000000000000.txt", b"9\n", {"peak_bytes": 9}),
        (
            "memory.oom_control",
            b"oom_kill_disable 0\nunder_oom 0\noom_kill 1\n",
            {"oom_kills": 1},
        ),
        (
            "memory.events",
            b"low 0\nhigh 0\nmax 5\noom 2\noom_kill 1\n",
            {"high_events": 0, "limit_hits": 5, "oom_events": 2, "oom_kills": 1},
        ),
        (
            "memory.pressure",
            b"some avg10=1.50 avg60=0.00 avg300=0.00 total=0\n",
            {"pressure_some_fraction": 0.015, "pressure_some_seconds": 0.0},
        ),
    ],
)
def test_files_of_both_versions_have_one_set_of_names(
    name: str, data: bytes, figures: dict[str, float]
) -> None:
    assert cgroup.parse_file(name, data) == pytest.approx(figures)


@pytest.mark.parametrize(("name", "data"), [("memory.current", b"-5"), ("memory.stat", b"<html>")])
def test_what_is_no_cgroup_file_is_refused(name: str, data: bytes) -> None:
    with pytest.raises(BadInput):
        cgroup.parse_file(name, data)


def test_this_process_status_and_stat_agree() -> None:
    status = proc.parse_status(Path("/proc/self/status").read_bytes())
    stat = proc.parse_stat(Path("/proc/self/stat").read_bytes())
    statm = proc.parse_statm(Path("/proc/self/statm").read_bytes(), os.sysconf("SC_PAGE_SIZE"))
    assert status["threads"] == stat["threads"]
    assert status["rss_bytes"] == pytest.approx(statm["rss_bytes"], rel=0.2)
    assert proc.identity(Path("/proc/self/status").read_bytes())[0] == os.getpid()


def test_a_name_with_brackets_does_not_confuse_stat() -> None:
    data = b"7 (a) R (b) S " + b" ".join(b"%d" % number for number in range(1, 50))
    assert proc.parse_stat(data)["minor_faults"] == 7


@pytest.mark.parametrize("data", [b"", b"Name:\tx\n", b"1 2 3", b"7 (x) S a b c"])
def test_what_is_no_proc_file_is_refused(data: bytes) -> None:
    for parse in (proc.parse_status, proc.parse_stat, proc.parse_statm):
        with pytest.raises(BadInput):
            parse(data)


def test_a_mapping_that_grew_while_it_was_listed_counts_once() -> None:
    """The kernel lists it again from its start when the text goes on after it has grown."""
    text = "".join(
        f"{place} rw-p 00000000 00:00 0 \nRss: {size} kB\nAnonymous: {size} kB\n"
        for place, size in (
            ("00950000-009b8000", 92),
            ("c000000000-c00f400000", 190000),
            ("c000000000-c00f800000", 190100),
            ("7fe138700000-7fe13a800000", 12),
        )
    )
    seen = smaps.parse(text)
    assert seen.anonymous_bytes.tolist() == [92 * 1024, 190100 * 1024, 12 * 1024]
    assert seen.end[1] == 0xC00F800000
    assert len(seen.names) == len(seen.permissions) == len(seen.rss_bytes) == 3
