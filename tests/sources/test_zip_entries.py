"""A zip from a stranger is listed, never followed."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.case.errors import BadInput, GoomError, TooLarge
from goom.sources.zip_entries import END, LOCAL, ZipListing, list_entries, read_entry, shown


def archive(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as made:
        for name, data in files.items():
            made.writestr(zipfile.ZipInfo(name), data, method)
    return target.getvalue()


def reasons(listing: ZipListing) -> str:
    return " | ".join(f"{item.what}: {item.why}" for item in listing.refused)


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "pprof/../../x", "C:/windows/x", "pprof/..", "a\\..\\b"],
)
def test_a_name_that_points_elsewhere_is_refused_and_the_rest_is_read(name: str) -> None:
    listing = list_entries(archive({name: b"x", "pprof/heap-1.pb.gz": b"y"}), "x.goom")
    assert [entry.name for entry in listing.entries] == ["pprof/heap-1.pb.gz"]
    assert len(listing.refused) == 1


def test_control_characters_in_a_name_never_reach_the_terminal() -> None:
    listing = list_entries(archive({"pprof/\x1b[2Jheap": b"x"}), "x.goom")
    assert not listing.entries
    assert "\x1b" not in reasons(listing)
    assert shown("\x1b]0;x\x07\u202e" + "a" * 500).isascii()


def test_a_symbolic_link_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        link = zipfile.ZipInfo("pprof/heap-1.pb.gz")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/shadow")
    listing = list_entries(target.getvalue(), "x.goom")
    assert not listing.entries
    assert "link" in reasons(listing)


def test_of_two_entries_of_one_name_the_first_is_read() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made, pytest.warns(UserWarning, match="Duplicate"):
        made.writestr("vars/a.json", b"first")
        made.writestr("vars/a.json", b"second")
    data = target.getvalue()
    listing = list_entries(data, "x.goom")
    assert [read_entry(data, entry, max_bytes=100) for entry in listing.entries] == [b"first"]
    assert "two entries" in reasons(listing)


def test_an_encrypted_entry_is_refused() -> None:
    data = bytearray(archive({"vars/a.json": b"x"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "encrypted" in reasons(list_entries(bytes(data), "x.goom"))


def test_more_entries_than_any_bundle_has_are_refused_at_once() -> None:
    one = LOCAL.pack(b"PK\x03\x04", 20, 0, 0, 0, 0, 0, 0, 0, 1, 0) + b"x"
    for data in (one * 70_000, archive({f"x{n}": b"" for n in range(66_000)})):
        with pytest.raises(TooLarge, match="more than 65,535 entries"):
            list_entries(data, "x.goom")


def test_a_bomb_is_not_unpacked() -> None:
    data = archive({"vars/a.json": bytes(50_000_000)})
    entry = list_entries(data, "x.goom").entries[0]
    with pytest.raises(TooLarge, match="unpacks to 50,000,000 bytes"):
        read_entry(data, entry, max_bytes=1_000_000)


def test_a_bomb_that_lies_about_its_size_is_stopped_at_the_size_it_states() -> None:
    data = archive({"vars/a.json": bytes(50_000_000)})
    lying = data.replace(struct.pack("<I", 50_000_000), struct.pack("<I", 10))
    entry = list_entries(lying, "x.goom").entries[0]
    assert entry.size_bytes == 10
    with pytest.raises(BadInput, match="damaged"):
        read_entry(lying, entry, max_bytes=1_000_000)


def test_entries_that_lie_over_each_other_cannot_be_read_for_more_than_the_bound() -> None:
    data = archive({"a": bytes(1_000)})
    central = data[data.index(b"PK\x01\x02") : data.index(b"PK\x05\x06")]
    many = b"".join(central[:46] + f"{n:x}"[-1:].encode() for n in range(16))
    start = data.index(b"PK\x01\x02")
    tail = END.pack(b"PK\x05\x06", 0, 0, 16, 16, len(many), start, 0)
    listing = list_entries(data[:start] + many + tail, "x.goom")
    assert len(listing.entries) == 16
    read = [read_entry(data, entry, max_bytes=1_000) for entry in listing.entries]
    assert set(read) == {bytes(1_000)}


def test_a_damaged_entry_is_told_from_a_whole_one() -> None:
    data = bytearray(archive({"a": b"a" * 50, "b": b"b" * 50}, zipfile.ZIP_STORED))
    data[data.index(b"a" * 50) + 5] = 0
    first, second = list_entries(bytes(data), "x.goom").entries
    with pytest.raises(BadInput, match="damaged"):
        read_entry(bytes(data), first, max_bytes=100)
    assert read_entry(bytes(data), second, max_bytes=100) == b"b" * 50


def test_a_zip_written_as_a_stream_is_read_by_its_directory() -> None:
    class Pipe(io.BytesIO):
        def seek(self, *where: int) -> int:
            raise OSError

    target = Pipe()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("vars/a.json", b"{}" * 40)
    data = target.getvalue()
    listing = list_entries(data, "x.goom")
    assert read_entry(data, listing.entries[0], max_bytes=100) == b"{}" * 40
    torn = list_entries(data[: data.index(b"PK\x01\x02")], "x.goom")
    assert "does not say where this entry ends" in reasons(torn)


def test_packings_that_goom_does_not_know_are_refused() -> None:
    assert "packing (12)" in reasons(list_entries(archive({"a": b"x"}, zipfile.ZIP_BZIP2), "x"))


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}/[a-z0-9.]{1,20}", fullmatch=True), st.binary()))
def test_what_any_zip_writer_wrote_is_read_whole(files: dict[str, bytes]) -> None:
    safe = {name: data for name, data in files.items() if ".." not in name.split("/")}
    data = archive(safe)
    entries = list_entries(data, "x").entries
    assert {entry.name: read_entry(data, entry, max_bytes=1 << 20) for entry in entries} == safe


@given(
    st.integers(0, 2**32),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=8),
    st.integers(0, 400),
)
def test_no_damage_is_more_than_a_sentence(
    seed: int, changes: list[tuple[int, int]], length: int
) -> None:
    data = bytearray(archive({"a/b": zlib.crc32(bytes([seed % 256])).to_bytes(4, "big") * 9}))
    for at, value in changes:
        data[at % len(data)] = value
    torn = bytes(data[:length])
    try:
        for entry in list_entries(torn, "x").entries:
            read_entry(torn, entry, max_bytes=1 << 16)
    except GoomError as error:
        assert error.message
