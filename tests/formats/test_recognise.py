"""What a file is, by what it holds."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.formats.recognise import Kind, holds_also, recognise
from tests.formats.test_gctrace import LINE, SAMPLES
from tests.formats.test_kernel_files import SMAPS, V1_STAT, V2_STAT
from tests.formats.test_memstats import TRAILER, vars_json
from tests.formats.test_prometheus import TEXT

RAW_PROFILE = b"\x0a\x04\x08\x01\x10\x02\x0a\x04\x08\x03\x10\x04\x12\x02\x08\x01"
DUMP = b"goroutine 1 [running]:\nmain.main()\n\t/app/main.go:5 +0x1d\n"


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as bundle:
        bundle.writestr("manifest.json", "{}")
    return file.getvalue()


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (zipped(), Kind.BUNDLE),
        (RAW_PROFILE, Kind.PPROF),
        (gzip.compress(RAW_PROFILE), Kind.PPROF),
        (gzip.compress(LINE), Kind.GZIP),
        (TRAILER, Kind.HEAP_TEXT),
        (b"goroutine profile: total 5\n2 @ 0x1 0x2\n", Kind.GOROUTINE_TEXT),
        (b"threadcreate profile: total 5\n", Kind.PROFILE_TEXT),
        (DUMP, Kind.GOROUTINE_DUMP),
        (b"app starts\nSIGQUIT: quit\nPC=0x4 m=0\n\n" + DUMP, Kind.GOROUTINE_DUMP),
        (b"goroutine 7 gp=0xc000 m=nil [chan receive, 5 minutes]:\n", Kind.GOROUTINE_DUMP),
        (b"hello\n" + LINE, Kind.GCTRACE),
        (b"scav 0 KiB work, 3352 KiB total, 87% util\n", Kind.GCTRACE),
        (vars_json(), Kind.EXPVAR),
        (vars_json() + b"\n" + vars_json(), Kind.EXPVAR_LINES),
        (TEXT, Kind.PROMETHEUS),
        (b"go_goroutines 5\n", Kind.PROMETHEUS),
        (SMAPS, Kind.SMAPS),
        (SMAPS.splitlines(keepends=True)[0], Kind.MAPS),
        (b"55d4fca67000-7ffe1c399000 ---p 00000000 00:00 0    [rollup]\n", Kind.SMAPS_ROLLUP),
        (V1_STAT, Kind.CGROUP),
        (V2_STAT, Kind.CGROUP),
        (b"some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n", Kind.CGROUP),
        (b"low 0\nhigh 0\nmax 5\n", Kind.CGROUP),
        (b"oom_kill_disable 0\nunder_oom 0\n", Kind.CGROUP),
        (b"time_seconds,rss_bytes\n1,2\n", Kind.SERIES_CSV),
        (b'{"schema": "goom-case-v1", "x": 1}', Kind.CASE_JSON),
        (b"go 1.22 trace\x00\x00\x00", Kind.EXECUTION_TRACE),
        (b"", Kind.EMPTY),
        (b" \n", Kind.EMPTY),
        (b"<html><body>404</body></html>", Kind.UNKNOWN),
        (b"1234\n", Kind.UNKNOWN),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, Kind.UNKNOWN),
    ],
)
def test_content_says_what_a_file_is(head: bytes, kind: Kind) -> None:
    assert recognise(head) is kind


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_logs_of_every_version_are_known(path: Path) -> None:
    assert recognise(path.read_bytes()) is Kind.GCTRACE


def test_what_the_kernel_prints_here_is_known() -> None:
    known = {name: recognise(Path("/proc/self", name).read_bytes()) for name in KERNEL}
    assert known == KERNEL


KERNEL = {
    "smaps": Kind.SMAPS,
    "smaps_rollup": Kind.SMAPS_ROLLUP,
    "maps": Kind.MAPS,
    "status": Kind.PROC_STATUS,
    "stat": Kind.PROC_STAT,
}


def test_only_a_lone_number_needs_a_name() -> None:
    assert recognise(b"1234\n", "memory.current") is Kind.CGROUP
    assert recognise(b"max\n", "cgroup/memory.max") is Kind.CGROUP
    assert recognise(LINE, "memory.current") is Kind.GCTRACE


def test_a_crash_in_a_gc_log_is_both() -> None:
    assert holds_also(LINE + b"\n" + DUMP) == (Kind.GCTRACE, Kind.GOROUTINE_DUMP)


@given(st.binary(max_size=2000))
def test_any_bytes_are_of_some_kind(head: bytes) -> None:
    assert recognise(head) in Kind
