"""What go build wrote into a binary, read from small files and from real ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.case.errors import BadInput
from goom.formats import buildinfo
from goom.golang.toolchain import obtain
from tests.formats.small_elf import build_info, elf

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), min_size=1)


def test_version_module_and_settings_are_read() -> None:
    info = buildinfo.read(memoryview(elf(build_info())))
    assert info.go_version == "1.22.10"
    assert info.path == "example.com/shop/cmd/web"
    assert info.main_packages == ("example.com/shop",)
    assert info.settings == {"CGO_ENABLED": "1", "vcs.revision": "12ab"}


def test_an_experiment_is_no_part_of_the_version() -> None:
    info = buildinfo.read(memoryview(elf(build_info("go1.25.5 X:greenteagc", ""))))
    assert info.go_version == "1.25.5"


def test_a_program_built_from_a_lone_file_has_no_module() -> None:
    info = buildinfo.read(memoryview(elf(build_info(module="path\tcommand-line-arguments\n"))))
    assert info.main_packages == ()


@given(TEXT, TEXT)
def test_any_module_comes_back(path: str, module: str) -> None:
    text = f"path\t{path}\nmod\t{module}\tv1.0.0\t\n"
    info = buildinfo.read(memoryview(elf(build_info(module=text))))
    assert (info.path, info.module) == (path, module)


def test_build_information_elsewhere_in_the_data_is_found() -> None:
    moved = elf(bytes(64) + build_info(), name=b".data")
    assert buildinfo.read(memoryview(moved)).go_version == "1.22.10"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not a 64-bit"),
        (b"#!/bin/sh\n", "not a 64-bit"),
        (elf(b"hello", name=b".text"), "no Go program"),
        (elf(build_info(flags=0)), "not built by Go 1.18"),
        (elf(build_info()[:40]), "cut off"),
        (elf(build_info()[:32] + b"\xff" * 40), "damaged"),
        (elf(build_info("python3.11")), "names no Go version"),
    ],
)
def test_what_is_no_go_program_is_a_sentence(data: bytes, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        buildinfo.read(memoryview(data))


@pytest.mark.real_go
def test_a_real_toolchain_says_its_own_version() -> None:
    toolchain = obtain()
    go = Path(toolchain.go)
    info = buildinfo.read(memoryview(go.read_bytes()))
    assert info.go_version == toolchain.version
    assert info.path == "cmd/go"
