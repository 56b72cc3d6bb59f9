"""A bundle stays readable whenever its writer dies."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest

from goom.case.errors import GoomError
from goom.case.evidence import NotRead
from goom.case.subject import Ending, Subject
from goom.sources.bundle_writer import BundleWriter
from goom.sources.manifest import (
    FIRST,
    LAST,
    Manifest,
    ManifestEnd,
    decode,
    encode,
    merged,
    refuse_newer,
)
from goom.sources.zip_entries import list_entries, read_entry

MANIFEST = Manifest(subject=Subject(name="orders", pid=7, command=("./orders", "-p", "80")))
ENDLESS_WRITER = """
import random, sys
from goom.case.subject import Subject
from goom.sources.bundle_writer import BundleWriter
from goom.sources.manifest import Manifest
writer = BundleWriter(sys.argv[1])
writer.begin(Manifest(subject=Subject(name="orders")))
noise = random.Random(int(sys.argv[2]))
number = 0
while True:
    data = noise.randbytes(noise.randrange(60_000))
    writer.add(f"pprof/heap-{number}.pb.gz", number.to_bytes(4, "big") + data)
    number += 1
    print(number, flush=True)
"""


def readable(data: bytes) -> dict[str, bytes]:
    """Every whole entry, by name."""
    whole: dict[str, bytes] = {}
    for entry in list_entries(data, "x.goom").entries:
        try:
            whole[entry.name] = read_entry(data, entry, max_bytes=1 << 30)
        except GoomError:
            continue
    return whole


def small_bundle(path: Path, entries: int = 6) -> bytes:
    with BundleWriter(path) as writer:
        writer.begin(MANIFEST)
        for number in range(entries):
            assert writer.add(f"vars/vars-{number}.json", b'{"memstats": {}}' * number)
            assert writer.add(f"pprof/heap-{number}.pb.gz", os.urandom(30))
    return path.read_bytes()


def test_what_was_added_is_read_back_by_goom_and_by_any_unzip(tmp_path: Path) -> None:
    data = small_bundle(tmp_path / "x.goom")
    with zipfile.ZipFile(tmp_path / "x.goom") as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names[0] == FIRST
        assert names[-1] == LAST
        assert readable(data) == {name: archive.read(name) for name in names}


def test_after_every_entry_the_file_is_a_whole_zip(tmp_path: Path) -> None:
    path = tmp_path / "x.goom"
    with BundleWriter(path) as writer:
        writer.begin(MANIFEST)
        for number in range(20):
            writer.add(f"vars/vars-{number}.json", b"x" * 1000 * (number % 3))
            with zipfile.ZipFile(path) as archive:
                assert archive.testzip() is None
                assert len(archive.namelist()) == number + 2


def test_a_bundle_cut_at_any_byte_gives_every_whole_entry(tmp_path: Path) -> None:
    data = small_bundle(tmp_path / "x.goom")
    entries = list_entries(data, "x.goom").entries
    stops = [entry.start for entry in entries[1:]] + [data.index(b"PK\x01\x02")]
    contents = {entry.name: read_entry(data, entry, max_bytes=1 << 20) for entry in entries}
    for length in range(len(data) + 1):
        whole = readable(data[:length])
        expected = [e.name for e, stop in zip(entries, stops, strict=True) if stop <= length]
        assert list(whole) == expected
        assert all(whole[name] == contents[name] for name in whole)


def test_an_entry_torn_over_the_directory_of_the_one_before_costs_nothing_else(
    tmp_path: Path,
) -> None:
    before = small_bundle(tmp_path / "before.goom", 5)
    path = tmp_path / "x.goom"
    writer = BundleWriter(path)
    writer.begin(MANIFEST)
    writer.add("a.txt", b"first")
    settled = path.read_bytes()
    writer.add("b.bin", os.urandom(500))
    later = path.read_bytes()
    for written in range(len(later)):
        torn = later[:written] + settled[written:]
        assert readable(torn)["a.txt"] == b"first"
    assert before


@pytest.mark.parametrize("seed", range(12))
def test_sigkill_at_a_random_moment_loses_no_entry_that_was_acknowledged(
    tmp_path: Path, seed: int
) -> None:
    path = tmp_path / "x.goom"
    command = [sys.executable, "-c", ENDLESS_WRITER, str(path), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline()
        time.sleep(random.Random(seed).random() * 0.15)
        child.send_signal(signal.SIGKILL)
        acknowledged = max([1, *(int(line) for line in child.stdout.read().split())])
    whole = readable(path.read_bytes())
    noise = random.Random(seed)
    for number in range(acknowledged):
        data = noise.randbytes(noise.randrange(60_000))
        assert whole[f"pprof/heap-{number}.pb.gz"] == number.to_bytes(4, "big") + data


def test_many_threads_add_at_once(tmp_path: Path) -> None:
    path = tmp_path / "x.goom"
    with BundleWriter(path) as writer:
        writer.begin(MANIFEST)

        def work(mine: int) -> None:
            for number in range(50):
                assert writer.add(f"vars/vars-{mine}{number:03}.json", bytes([mine]) * number)

        threads = [threading.Thread(target=work, args=(mine,)) for mine in range(1, 6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(readable(path.read_bytes())) == 252


def test_a_long_directory_is_not_written_for_each_small_entry(tmp_path: Path) -> None:
    path = tmp_path / "x.goom"
    writer = BundleWriter(path)
    writer.begin(MANIFEST)
    for number in range(3000):
        writer.add(f"vars/vars-{number:06}.json", b"{}")
    assert len(readable(path.read_bytes())) == 3001
    writer.end(ManifestEnd())
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == 3002


def test_a_full_bundle_says_so_and_still_ends_well(tmp_path: Path) -> None:
    path = tmp_path / "x.goom"
    writer = BundleWriter(path, max_bytes=200_000)
    writer.begin(MANIFEST)
    taken = [writer.add(f"pprof/heap-{n}.pb.gz", os.urandom(30_000)) for n in range(10)]
    assert taken[0]
    assert not taken[-1]
    assert "full at 195.3 KiB" in writer.trouble
    writer.end(ManifestEnd(not_read=(NotRead("heap", writer.trouble),)))
    assert path.stat().st_size <= 200_000
    assert LAST in readable(path.read_bytes())


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    script = (
        "import os, resource, signal, sys\n"
        "from goom.case.subject import Subject\n"
        "from goom.sources.bundle_writer import BundleWriter\n"
        "from goom.sources.manifest import Manifest, ManifestEnd\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
        "writer = BundleWriter(sys.argv[1])\n"
        "writer.begin(Manifest(subject=Subject()))\n"
        "assert writer.add('pprof/heap-1.pb.gz', os.urandom(30_000))\n"
        "assert not writer.add('pprof/heap-2.pb.gz', os.urandom(30_000))\n"
        "assert 'File too large' in writer.trouble, writer.trouble\n"
        "assert writer.add('pprof/heap-3.pb.gz', os.urandom(9_000))\n"
        "writer.end(ManifestEnd())\n"
    )
    path = tmp_path / "x.goom"
    subprocess.run([sys.executable, "-c", script, str(path)], check=True)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [FIRST, "pprof/heap-1.pb.gz", "pprof/heap-3.pb.gz", LAST]


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(GoomError, match=r"cannot write .*: No such file or directory"):
        BundleWriter(tmp_path / "no" / "x.goom").begin(MANIFEST)


def test_the_manifest_comes_back_as_it_went() -> None:
    assert str(decode(encode(MANIFEST), Manifest, "m")) == str(MANIFEST)
    end = ManifestEnd(ending=Ending(signal=9, oom_killed=True), not_read=(NotRead("a", "b"),))
    assert str(decode(encode(end), ManifestEnd, "m")) == str(end)


def test_a_manifest_of_a_newer_format_is_refused_with_what_to_do() -> None:
    newer = decode(encode(Manifest(subject=Subject(), format=2)), Manifest, "m")
    with pytest.raises(GoomError, match="is of format 2") as caught:
        refuse_newer(newer, "x.goom")
    assert "newer" in caught.value.hint


def test_what_was_learned_later_completes_the_subject() -> None:
    later = Subject(go_version="1.22.10", gomaxprocs=2)
    known = merged(MANIFEST.subject, later)
    assert (known.name, known.pid, known.go_version, known.gomaxprocs) == (
        "orders",
        7,
        "1.22.10",
        2,
    )
