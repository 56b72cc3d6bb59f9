"""From files of any mix to evidence: what is understood counts, what is not is said."""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import zipfile
from math import isnan
from pathlib import Path

import pytest

from goom.case.errors import BadInput
from goom.case.evidence import Evidence
from goom.case.subject import Subject
from goom.sources.bundle_writer import BundleWriter
from goom.sources.load import LoadOptions, load
from goom.sources.manifest import Manifest

EVIDENCE = Path(__file__).parent / "evidence"
VARS = {"cmdline": ["/srv/orders"], "memstats": {"HeapAlloc": 5_000_000, "HeapSys": 9_000_000}}


def loaded(*targets: Path | str, options: LoadOptions | None = None) -> Evidence:
    return load([str(target) for target in targets], options or LoadOptions())


def why_not(evidence: Evidence) -> str:
    return " | ".join(f"{item.what}: {item.why}" for item in evidence.not_read)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files that a real Go 1.22.10 program gave, under names that say nothing."""
    for number, path in enumerate(sorted(EVIDENCE.iterdir())):
        shutil.copy2(path, tmp_path / f"file{number}")
    return tmp_path


def test_files_are_recognised_by_what_they_hold(folder: Path) -> None:
    evidence = loaded(folder)
    kinds = [profile.kind for profile in evidence.profiles.all]
    assert sorted(kinds) == ["cpu", "goroutine", "heap", "heap", "heap", "threadcreate"]
    assert len(evidence.goroutine_dumps.all) == 3
    assert len(evidence.mappings.all) == 1
    assert evidence.gctrace is not None
    assert len(evidence.gctrace.cycles) == 20
    assert evidence.memstats is not None
    assert evidence.process is not None
    assert evidence.process.last("rss_bytes") > 1e6
    assert evidence.subject.name == "allocating"
    assert not evidence.not_read


def test_a_crash_in_the_middle_of_a_log_is_a_dump_too() -> None:
    evidence = loaded(EVIDENCE / "service.log")
    assert evidence.goroutine_dumps.all[0].total > 3
    assert evidence.gctrace is not None


def test_trace_lines_are_found_behind_a_long_run_of_other_lines(tmp_path: Path) -> None:
    lines = b"INFO order handled in 3 ms\n" * 20_000
    (tmp_path / "x").write_bytes(lines + (EVIDENCE / "service.log").read_bytes())
    evidence = loaded(tmp_path / "x")
    assert evidence.gctrace is not None
    assert len(evidence.gctrace.cycles) == 20
    assert evidence.goroutine_dumps.all


def test_a_gzipped_log_is_read(tmp_path: Path) -> None:
    (tmp_path / "gc.log.gz").write_bytes(gzip.compress((EVIDENCE / "service.log").read_bytes()))
    assert loaded(tmp_path / "gc.log.gz").gctrace is not None


def test_the_time_of_a_profile_is_its_name_s_else_its_own_else_the_file_s(tmp_path: Path) -> None:
    named = tmp_path / "heap-1700000000.pb.gz"
    shutil.copy(EVIDENCE / "heap.pb.gz", named)
    own = loaded(EVIDENCE / "heap.pb.gz").profiles.all[0].taken_at_seconds
    assert loaded(named).profiles.all[0].taken_at_seconds == 1700000000.0
    text = tmp_path / "heap.txt"
    shutil.copy(EVIDENCE / "heap.txt", text)
    os.utime(text, (1600000000, 1600000000))
    assert loaded(text).profiles.all[0].taken_at_seconds == 1600000000.0
    assert own == pytest.approx(1795450777, abs=60)


def test_of_two_profiles_with_the_same_bytes_one_counts(tmp_path: Path) -> None:
    big = tmp_path / "a.pb.gz"
    big.write_bytes(gzip.compress(gzip.decompress((EVIDENCE / "cpu.pb.gz").read_bytes()), 0))
    shutil.copy(big, tmp_path / "b.pb.gz")
    evidence = loaded(tmp_path)
    assert len(evidence.profiles.all) == 1
    assert "byte for byte" in why_not(evidence)


def test_cgroup_files_of_one_moment_become_one_look(tmp_path: Path) -> None:
    (tmp_path / "memory.current").write_text("104857600\n")
    (tmp_path / "memory.max").write_text("134217728\n")
    (tmp_path / "memory.stat").write_text("anon 94371840\nfile 4096\nkernel 65536\n")
    evidence = loaded(tmp_path)
    assert evidence.cgroup is not None
    assert len(evidence.cgroup) == 1
    assert evidence.cgroup.last("anon_bytes") == 94371840
    assert evidence.subject.memory_limit_bytes == 134217728
    assert evidence.subject.cgroup_version == 2


def test_vars_and_metrics_say_who_the_subject_is(tmp_path: Path) -> None:
    (tmp_path / "vars.json").write_text(json.dumps(VARS))
    (tmp_path / "metrics").write_text(
        'go_info{version="go1.21.13"} 1\ngo_gc_gomemlimit_bytes 1.048576e+08\n'
        "go_memstats_heap_alloc_bytes 7e+06\ngo_goroutines 9\n"
    )
    evidence = loaded(tmp_path)
    subject = evidence.subject
    assert (subject.name, subject.command) == ("orders", ("/srv/orders",))
    assert (subject.go_version, subject.gomemlimit_bytes) == ("1.21.13", 100 << 20)
    assert evidence.memstats is not None
    assert len(evidence.memstats) == 2
    assert evidence.metrics is not None


def test_what_the_user_states_wins(folder: Path) -> None:
    options = LoadOptions(
        memory_limit_bytes=128 << 20,
        go_version="go1.22.10",
        gogc_percent=-1,
        gomemlimit_bytes=64 << 20,
        main_packages=("example.com/allocating",),
    )
    subject = loaded(folder, options=options).subject
    assert (subject.memory_limit_bytes, subject.go_version) == (128 << 20, "1.22.10")
    assert (subject.gogc_percent, subject.gomemlimit_bytes) == (-1, 64 << 20)
    assert subject.main_packages == ("example.com/allocating",)


def test_what_is_not_understood_costs_nothing_but_itself(folder: Path) -> None:
    (folder / "noise").write_bytes(random.Random(1).randbytes(5000))
    (folder / "empty").touch()
    (folder / "page.html").write_text("<!doctype html><title>404</title>")
    (folder / "torn.pb.gz").write_bytes((EVIDENCE / "cpu.pb.gz").read_bytes()[:2000])
    evidence = loaded(folder)
    assert len(evidence.profiles.all) == 6
    said = why_not(evidence)
    assert len(evidence.not_read) == 4
    assert "it is empty" in said
    assert "ends in the middle (gzip stops at byte 2,000)" in said


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "it is empty"),
        (random.Random(2).randbytes(3000), "it is nothing that goom knows"),
        (b"<!doctype html><title>x</title>", "it is nothing that goom knows"),
        ((EVIDENCE / "cpu.pb.gz").read_bytes()[:1000], "ends in the middle"),
        (b"\x1f\x8b" + random.Random(3).randbytes(500), "do not decode"),
        (b'{"schema": "goom.case/1"}', "not evidence"),
        (b"go 1.22 trace\x00\x00\x00" + bytes(50), "no batch starts at byte 16"),
    ],
)
def test_nothing_understood_is_one_sentence_with_what_to_do(
    tmp_path: Path, data: bytes, why: str
) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    with pytest.raises(BadInput, match=why) as caught:
        loaded(path)
    assert caught.value.hint


def test_a_gzip_bomb_stops_at_the_bound(tmp_path: Path) -> None:
    path = tmp_path / "heap.pb.gz"
    path.write_bytes(gzip.compress(b"\x0a" + bytes(60_000_000)))
    with pytest.raises(BadInput, match="unpacks to more than") as caught:
        loaded(path, options=LoadOptions(max_bytes=10_000_000))
    assert "--max-bytes" in caught.value.hint


def test_a_profile_of_another_language_is_refused_by_its_types(tmp_path: Path) -> None:
    value_type = b"\x08\x01\x10\x02"
    strings = (b"", b"contended", b"ns")
    raw = b"\x0a\x04" + value_type + b"".join(b"\x32" + bytes([len(s)]) + s for s in strings)
    path = tmp_path / "java.pb.gz"
    path.write_bytes(gzip.compress(raw + b"\x12\x02\x10\x05"))
    with pytest.raises(BadInput, match=r"of another kind \(contended\)"):
        loaded(path)


def test_a_bundle_and_loose_files_go_together(tmp_path: Path) -> None:
    with BundleWriter(tmp_path / "x.goom") as writer:
        writer.begin(Manifest(subject=Subject(name="orders", go_version="1.22.10")))
        writer.add("proc/series-000000.csv", b"time_seconds,rss_bytes\n1700000000,5\n")
    evidence = loaded(tmp_path / "x.goom", EVIDENCE / "heap.pb.gz")
    assert evidence.subject.name == "orders"
    assert evidence.process is not None
    assert len(evidence.profiles.all) == 1


def test_two_bundles_are_not_mixed(tmp_path: Path) -> None:
    for name in ("a.goom", "b.goom"):
        with BundleWriter(tmp_path / name) as writer:
            writer.begin(Manifest(subject=Subject(name=name)))
    with pytest.raises(BadInput, match="two bundles") as caught:
        loaded(tmp_path)
    assert "one by one" in caught.value.hint


def test_a_zip_of_something_else_is_sent_away(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("heap.pb.gz", b"x")
    with pytest.raises(BadInput, match="a zip but not a bundle"):
        loaded(path)


def test_a_file_s_name_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "\x1b[2Jheap.pb.gz"
    path.write_bytes((EVIDENCE / "cpu.pb.gz").read_bytes()[:1000])
    with pytest.raises(BadInput) as caught:
        loaded(path)
    assert "\x1b" not in caught.value.message + caught.value.hint


def test_a_log_without_times_is_dated_by_its_file(tmp_path: Path) -> None:
    path = tmp_path / "gc.log"
    path.write_text(
        "gc 1 @2.000s 1%: 0.1+1.0+0.1 ms clock, 0.1+0/0/0+0.1 ms cpu, "
        "4->4->2 MB, 5 MB goal, 0 MB stacks, 0 MB globals, 2 P\n"
    )
    os.utime(path, (1700000002, 1700000002))
    trace = loaded(path).gctrace
    assert trace is not None
    assert not isnan(trace.started_at_seconds)
    assert trace.started_at_seconds == pytest.approx(1700000000)
