"""A bundle is read whole, torn or hostile, and says what it could not give."""

from __future__ import annotations

import gzip
import io
import zipfile
from math import isnan
from pathlib import Path

import pytest

from goom.case.errors import BadInput, TooLarge
from goom.case.evidence import Evidence, NotRead
from goom.case.subject import Ending, Subject
from goom.sources.bundle_reader import read_bundle
from goom.sources.bundle_writer import BundleWriter
from goom.sources.manifest import Manifest, ManifestEnd

FILES = Path(__file__).parent / "evidence"
AT = 1_700_000_000
GC_LINE = (
    b"gc %d @%d.000s 1%%: 0.1+1.0+0.1 ms clock, 0.1+0/0/0+0.1 ms cpu, "
    b"4->4->2 MB, 5 MB goal, 0 MB stacks, 0 MB globals, 2 P\n"
)
SUBJECT = Subject(name="orders", pid=7, environment={"GOGC": "50", "GOMEMLIMIT": "100MiB"})


def write(path: Path, *, entries: dict[str, bytes] | None = None, end: bool = True) -> bytes:
    """A bundle as goom writes it, of real files."""
    writer = BundleWriter(path)
    writer.begin(Manifest(subject=SUBJECT))
    for name, data in (entries or whole()).items():
        writer.add(name, data)
    if end:
        left = NotRead("/proc/7/smaps", "Permission denied")
        later = Subject(go_version="1.22.10", observed_to_seconds=AT + 9.0)
        ending = Ending(at_seconds=AT + 9.0, oom_killed=True, oom_kill_count=1)
        writer.end(ManifestEnd(ending=ending, subject=later, not_read=(left,)))
    return path.read_bytes()


def whole() -> dict[str, bytes]:
    stamp = f"{AT}000000000"
    return {
        f"pprof/heap-{stamp}.pb.gz": (FILES / "heap.pb.gz").read_bytes(),
        f"pprof/heap-{stamp}.debug1.txt": (FILES / "heap.txt").read_bytes(),
        f"pprof/goroutine-{stamp}.debug2.txt": (FILES / "goroutines.txt").read_bytes(),
        f"proc/smaps-{stamp}.txt": (FILES / "smaps.txt").read_bytes(),
        "proc/series-000000.csv": b"time_seconds,rss_bytes\n1700000000,5\n1700000001,6\n",
        "proc/series-000001.csv": b"time_seconds,rss_bytes\n1700000002,\n",
        "cgroup/series-000000.csv": b"time_seconds,usage_bytes\n1700000000.5,7\n",
        f"cgroup/memory.limit_in_bytes-{stamp}.txt": b"134217728\n",
        "stderr/trace-000000.log": GC_LINE % (1, 1) + GC_LINE % (2, 2),
        "stderr/trace-000000.times": b"1700000001.002\n1700000002.002\n",
        "stderr/trace-000001.log": GC_LINE % (3, 3),
        "stderr/trace-000001.times": b"1700000003.002\n",
    }


def why_not(evidence: Evidence) -> str:
    return " | ".join(f"{item.what}: {item.why}" for item in evidence.not_read)


def test_everything_that_was_written_is_evidence_again(tmp_path: Path) -> None:
    write(tmp_path / "x.goom")
    evidence = read_bundle(tmp_path / "x.goom")
    assert [profile.kind for profile in evidence.profiles.all] == ["heap", "heap"]
    assert {profile.taken_at_seconds for profile in evidence.profiles.all} == {AT}
    assert evidence.goroutine_dumps.all[0].taken_at_seconds == AT
    assert evidence.mappings.all[0].taken_at_seconds == AT
    assert evidence.memstats is not None
    assert evidence.process is not None
    assert evidence.process.time_seconds.tolist() == [AT, AT + 1, AT + 2]
    assert isnan(evidence.process.columns["rss_bytes"][2])
    assert evidence.cgroup is not None
    assert evidence.cgroup.last("usage_bytes") == 7
    assert why_not(evidence) == "/proc/7/smaps: Permission denied"


def test_the_subject_is_the_manifest_s_completed_by_its_end_and_the_evidence(
    tmp_path: Path,
) -> None:
    subject = read_bundle(write(tmp_path / "x.goom")).subject
    assert (subject.name, subject.pid, subject.go_version) == ("orders", 7, "1.22.10")
    assert (subject.gogc_percent, subject.gomemlimit_bytes) == (50, 100 << 20)
    assert (subject.memory_limit_bytes, subject.gomaxprocs) == (128 << 20, 2)
    assert subject.ending is not None
    assert subject.ending.oom_killed


def test_trace_lines_know_when_they_came(tmp_path: Path) -> None:
    trace = read_bundle(write(tmp_path / "x.goom")).gctrace
    assert trace is not None
    assert trace.cycles.number.tolist() == [1, 2, 3]
    assert trace.started_at_seconds == pytest.approx(AT, abs=0.01)


def test_times_that_do_not_fit_their_log_are_no_times(tmp_path: Path) -> None:
    entries = {"stderr/trace-000000.log": GC_LINE % (1, 1), "stderr/trace-000000.times": b"x\n1\n"}
    trace = read_bundle(write(tmp_path / "x.goom", entries=entries)).gctrace
    assert trace is not None
    assert isnan(trace.started_at_seconds)


def test_a_bundle_without_its_end_says_that_it_was_cut_off(tmp_path: Path) -> None:
    evidence = read_bundle(write(tmp_path / "x.goom", end=False))
    assert "cut off" in why_not(evidence)
    assert evidence.subject.name == "orders"
    assert len(evidence.profiles.all) == 2


def test_a_bundle_cut_anywhere_gives_what_was_whole(tmp_path: Path) -> None:
    data = write(tmp_path / "x.goom")
    for length in range(400, len(data), 997):
        evidence = read_bundle(data[:length], origin="x.goom")
        assert evidence.subject.name == "orders"
        assert "cut off" in why_not(evidence)


def test_an_entry_that_cannot_be_read_does_not_spoil_the_rest(tmp_path: Path) -> None:
    entries = whole() | {
        f"pprof/allocs-{AT}000000000.pb.gz": b"\x1f\x8bnonsense",
        "proc/series-000002.csv": b"time_seconds,rss_bytes\n1,2,3\n",
        f"vars/vars-{AT}000000000.json": b"{",
        "odd/thing": b"?",
        "binary/calls.json": b"[]",
    }
    evidence = read_bundle(write(tmp_path / "x.goom", entries=entries))
    assert len(evidence.profiles.all) == 2
    assert len(evidence.not_read) == 6
    assert "odd/thing: no entry that goom knows" in why_not(evidence)


def test_a_manifest_that_cannot_be_read_leaves_the_evidence(tmp_path: Path) -> None:
    data = zipped({"manifest.json": b'{"subject": 5}', **whole()})
    evidence = read_bundle(data)
    assert len(evidence.profiles.all) == 2
    assert "not a manifest" in why_not(evidence)


def test_a_newer_format_is_refused() -> None:
    with pytest.raises(BadInput, match="is of format 99"):
        read_bundle(zipped({"manifest.json": b'{"subject": {}, "format": 99}'}))


def test_names_that_point_elsewhere_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    data = zipped({"manifest.json": b'{"subject": {}}', "pprof/../../evil": b"x", "/etc/x": b"y"})
    evidence = read_bundle(data)
    assert why_not(evidence).count("points outside") == 2
    assert not list(tmp_path.iterdir())


def test_all_entries_together_are_bounded() -> None:
    bombs = {f"vars/vars-{n}.json": b"{" + bytes(3_000_000) for n in range(20)}
    evidence = read_bundle(zipped({"manifest.json": b'{"subject": {}}', **bombs}), max_bytes=10**7)
    assert why_not(evidence).count("left of what may be read") == 17


def test_of_very_many_unreadable_entries_the_first_stand_for_all() -> None:
    odd = {f"odd/{number}": b"" for number in range(2000)}
    evidence = read_bundle(zipped({"manifest.json": b'{"subject": {}}', **odd}))
    assert len(evidence.not_read) == 301
    assert evidence.not_read[-1].what == "1,701 more"


def test_a_gzip_bomb_inside_is_bounded_too() -> None:
    bomb = {f"pprof/heap-{AT}000000000.pb.gz": gzip.compress(b"\x0a" + bytes(50_000_000))}
    evidence = read_bundle(zipped({"manifest.json": b'{"subject": {}}', **bomb}), max_bytes=10**7)
    assert "unpacks to more than" in why_not(evidence)


def test_a_zip_inside_is_not_opened() -> None:
    inner = {f"vars/vars-{AT}000000000.json": zipped({"manifest.json": b"{}"})}
    evidence = read_bundle(zipped({"manifest.json": b'{"subject": {}}', **inner}))
    assert "a zip inside of another" in why_not(evidence)


def test_a_file_over_the_bound_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "x.goom")
    with pytest.raises(TooLarge, match="is larger than 1000 B"):
        read_bundle(tmp_path / "x.goom", max_bytes=1000)


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x05\x06" + bytes(18), b"PK\x03\x04"])
def test_what_is_no_bundle_is_one_sentence(data: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        read_bundle(data, origin="x.goom")
    assert caught.value.hint


def zipped(entries: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return target.getvalue()
