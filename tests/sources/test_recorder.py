"""What is recorded comes back from the bundle, whoever recorded it and whenever it stopped."""

from __future__ import annotations

import threading
import zipfile
from pathlib import Path

from goom.case.subject import Subject
from goom.sources.bundle_reader import read_bundle
from goom.sources.bundle_writer import BundleWriter
from goom.sources.manifest import Manifest, ManifestEnd
from goom.sources.recorder import Recorder


def recorder(path: Path) -> Recorder:
    return Recorder(BundleWriter(path), Manifest(subject=Subject(name="shop")))


def test_looks_come_back_as_series(tmp_path: Path) -> None:
    keeper = recorder(tmp_path / "x.goom")
    keeper.process_look(1000.25, {"rss_bytes": 4096, "user_seconds": 12345.67})
    keeper.process_look(1000.5, {"rss_bytes": 8192})
    keeper.cgroup_look(1000.5, {"usage_bytes": 1 << 40})
    keeper.finish(ManifestEnd())
    evidence = read_bundle(tmp_path / "x.goom")
    assert evidence.process is not None and evidence.cgroup is not None
    assert evidence.process.time_seconds.tolist() == [1000.25, 1000.5]
    assert evidence.process.columns["rss_bytes"].tolist() == [4096, 8192]
    assert evidence.process.last("user_seconds") == 12345.67
    assert evidence.cgroup.last("usage_bytes") == 1 << 40


def test_what_was_flushed_survives_without_an_end(tmp_path: Path) -> None:
    keeper = recorder(tmp_path / "x.goom")
    keeper.process_look(1000.0, {"rss_bytes": 4096})
    keeper.flush(now=True)
    evidence = read_bundle(tmp_path / "x.goom")
    assert evidence.process is not None and evidence.process.last("rss_bytes") == 4096
    assert any("cut off" in item.why for item in evidence.not_read)


def test_what_could_not_be_read_is_said_once(tmp_path: Path) -> None:
    keeper = recorder(tmp_path / "x.goom")
    for _ in range(3):
        keeper.not_read("smaps", "not permitted", "sudo")
    keeper.finish(ManifestEnd())
    said = [item for item in read_bundle(tmp_path / "x.goom").not_read if item.what == "smaps"]
    assert [(item.why, item.hint) for item in said] == [("not permitted", "sudo")]


def test_two_files_of_one_moment_are_both_kept_and_many_threads_may_record(tmp_path: Path) -> None:
    keeper = recorder(tmp_path / "x.goom")

    def record() -> None:
        for n in range(50):
            keeper.file("proc/status", ".txt", 1000.0, b"VmRSS: 1 kB\n")
            keeper.process_look(1000.0 + n, {"rss_bytes": n})
            keeper.trace_line(1000.0, b"gc 1 @0.1s 0%: ")
            keeper.flush(now=True)

    threads = [threading.Thread(target=record) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    keeper.finish(ManifestEnd())
    evidence = read_bundle(tmp_path / "x.goom")
    with zipfile.ZipFile(tmp_path / "x.goom") as bundle:
        assert sum(name.startswith("proc/status") for name in bundle.namelist()) == 200
    assert evidence.gctrace is not None and evidence.gctrace.lines_read == 200


def test_a_full_bundle_ends_no_run_and_is_told(tmp_path: Path) -> None:
    writer = BundleWriter(tmp_path / "x.goom", max_bytes=100_000)
    keeper = Recorder(writer, Manifest(subject=Subject(name="shop")))
    keeper.profile("heap", ".pb.gz", 1000.0, bytes(200_000))
    keeper.finish(ManifestEnd())
    assert any("full" in item.why for item in read_bundle(tmp_path / "x.goom").not_read)
