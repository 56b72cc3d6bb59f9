"""Files from anywhere are found, dated and bounded."""

from __future__ import annotations

import math
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.case.errors import BadInput
from goom.case.subject import Subject
from goom.formats.memstats import MemStatsLook
from goom.sources.gathered import Gathered, Piece
from goom.sources.loose_files import FileReader, LooseFile, name_stamp, natural
from goom.sources.pieces import take


def read(*targets: Path | str, max_bytes: int = 1 << 20) -> tuple[list[LooseFile], FileReader]:
    reader = FileReader(max_bytes)
    return list(reader.read([str(target) for target in targets])), reader


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("heap-1700000000.pb.gz", 1700000000.0),
        ("heap-1700000000500.pb.gz", 1700000000.5),
        ("heap-1700000000000000000.pb.gz", 1700000000.0),
        ("heap.20231114T221320Z.pb.gz", 1700000000.0),
        ("heap_2023-11-14_22-13-20.pb.gz", 1700000000.0),
        ("2023-11-15T00:13:20+0200 heap", 1700000000.0),
        ("heap-20231114221320", 1700000000.0),
    ],
)
def test_a_name_may_say_when(name: str, seconds: float) -> None:
    assert name_stamp(name) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "name",
    ["heap.pb.gz", "heap.3.pb.gz", "heap-2023-13-45T99-99-99", "order-0000000001", "x1.22.10"],
)
def test_digits_that_are_no_time_are_none(name: str) -> None:
    assert math.isnan(name_stamp(name))


@given(st.text(max_size=60))
def test_any_name_can_be_asked(name: str) -> None:
    stamp = name_stamp(name)
    assert math.isnan(stamp) or 0 < stamp < 1e11


def test_files_stand_in_the_order_in_which_a_person_counts() -> None:
    names = ["gc.10.log", "gc.9.log", "gc.log", "b/1", "a/2"]
    assert sorted(names, key=natural) == ["a/2", "b/1", "gc.9.log", "gc.10.log", "gc.log"]


def test_a_folder_is_read_with_everything_below_it(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "heap.pb.gz").write_bytes(b"one")
    (tmp_path / "gc.log").write_bytes(b"two")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "index").write_bytes(b"three")
    files, _ = read(tmp_path)
    assert [file.data for file in files] == [b"one", b"two"]


def test_a_pipe_in_a_folder_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "gc.log").write_bytes(b"x")
    files, reader = read(tmp_path)
    assert len(files) == 1
    assert "not a plain file" in reader.not_read[0].why


def test_a_pipe_that_was_named_is_read_to_its_end(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"gc 1",))
    writer.start()
    files, _ = read(pipe)
    writer.join()
    assert files[0].data == b"gc 1"


def test_a_folder_that_links_to_itself_ends(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "a.log").write_bytes(b"x")
    assert len(read(tmp_path)[0]) == 1


def test_what_is_over_the_bound_is_left_out_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "1.log").write_bytes(b"x" * 2000)
    (tmp_path / "2.log").write_bytes(b"y" * 10)
    files, reader = read(tmp_path, max_bytes=1000)
    assert [file.data for file in files] == [b"y" * 10]
    assert "--max-bytes" in reader.not_read[0].hint


def test_a_file_without_end_is_left_at_the_bound() -> None:
    files, reader = read("/dev/zero")
    assert not files
    assert "larger than the 1.0 MiB" in reader.not_read[0].why


def test_a_name_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no file or folder") as caught:
        read(tmp_path / "heap.pb.gz")
    assert "goom diagnose x.goom" in caught.value.hint


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    for number in range(20_001):
        os.mknod(tmp_path / str(number))
    with pytest.raises(BadInput, match="holds more than 20,000 files"):
        read(tmp_path)


def test_of_programs_that_ran_one_after_the_other_x_rays_rows_are_those_of_the_last() -> None:
    gathered = Gathered()
    head = "time_seconds,NumGC,HeapMarked,PID\n"
    for text in (head + "1,50,7,10\n2,60,8,10\n", head + "3,1,4,11\n4,2,5,11\n"):
        assert take(gathered, Piece(origin="xray/series-000000.csv", data=text.encode()))
    gathered.memstats.append(MemStatsLook(3.5, {"NumGC": 1.0}))  # of an endpoint
    found = gathered.evidence(Subject()).memstats
    assert found is not None
    assert found.time_seconds.tolist() == [3.0, 3.5, 4.0]
