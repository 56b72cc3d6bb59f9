"""A thinned bundle keeps its manifest, the brink, and every kind of evidence."""

from __future__ import annotations

import io
import random
import zipfile

import pytest

from goom.case.errors import GoomError
from goom.lab.thinning import thin

SECOND = 10**9
START = 1_700_000_000 * SECOND


def bundle(looks: int, size: int = 200) -> bytes:
    dice = random.Random(1)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("manifest.json", b"{}")
        for look in range(looks):
            at = START + look * SECOND
            archive.writestr(f"pprof/heap-{at}.pb.gz", b"\x1f\x8b" + dice.randbytes(size))
            archive.writestr(f"proc/smaps-{at + 7}.txt", b"00400000 r-xp /home/me/build/app\n")
            rows = "".join(f"{at / SECOND + n / 10},{look}\n" for n in range(10))
            archive.writestr(f"proc/series-{look:06}.csv", "time_seconds,rss_bytes\n" + rows)
            archive.writestr(f"stderr/trace-{look:06}.log", f"gc {look} @0.1s\n")
        archive.writestr("manifest-end.json", b"{}")
    return buffer.getvalue()


def names(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.namelist()


def text(data: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode()


def test_the_manifests_stay_at_both_ends() -> None:
    kept = names(thin(bundle(40), 20_000, {}))
    assert (kept[0], kept[-1]) == ("manifest.json", "manifest-end.json")


def test_first_and_last_looks_stay_and_those_between_become_few() -> None:
    kept = [name for name in names(thin(bundle(40), 20_000, {})) if "heap" in name]
    assert f"pprof/heap-{START}.pb.gz" in kept
    assert f"pprof/heap-{START + 39 * SECOND}.pb.gz" in kept
    assert 4 <= len(kept) <= 14


def test_looks_of_one_moment_stay_together() -> None:
    kept = names(thin(bundle(40), 20_000, {}))
    stamps = {name.split("-")[1][:10] for name in kept if "heap" in name}
    assert stamps == {name.split("-")[1][:10] for name in kept if "smaps" in name}


def test_a_log_in_pieces_becomes_one_with_every_line() -> None:
    small = thin(bundle(40), 20_000, {})
    assert text(small, "stderr/trace-000000.log").count("gc ") == 40


def test_a_series_keeps_its_header_its_order_and_its_end() -> None:
    rows = text(thin(bundle(60), 30_000, {}), "proc/series-000000.csv").splitlines()
    times = [float(row.split(",")[0]) for row in rows[1:]]
    assert rows[0] == "time_seconds,rss_bytes"
    assert times == sorted(times)
    assert times[-1] == START / SECOND + 59.9
    assert len(rows) < 600


def test_places_of_this_machine_are_renamed() -> None:
    small = thin(bundle(5), 20_000, {b"/home/me/build": b"/app"})
    smaps = next(name for name in names(small) if "smaps" in name)
    assert text(small, smaps) == "00400000 r-xp /app/app\n"


def test_what_cannot_be_made_small_is_an_error_not_a_stump() -> None:
    with pytest.raises(GoomError, match="even with"):
        thin(bundle(12, size=9_000), 10_000, {})
