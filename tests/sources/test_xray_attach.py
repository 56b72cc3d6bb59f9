"""X-ray attaches by whatever the program has left, believes what holds, and refuses in words."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.formats.small_elf import build_info, elf
from tests.sources.test_xray_go import STRIPPED, quiet_figures
from tests.sources.xray_subjects import running

from goom.case.errors import BadInput
from goom.formats import elf_image, runtime_table
from goom.sources import procfs
from goom.sources.xray import program as xray_program
from goom.sources.xray.attach import attach
from goom.sources.xray.state import Sampler


def no_table(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    """As if the table had no row for the release of this version."""
    known = runtime_table.rows_of
    release = runtime_table.release_of(version)
    rows = tuple(one for one in runtime_table.releases() if one != release)
    monkeypatch.setattr(runtime_table, "releases", lambda: rows)
    monkeypatch.setattr(
        runtime_table, "rows_of", lambda name: () if name == version else known(name)
    )


@pytest.mark.real_go
@pytest.mark.parametrize("version", ["1.21.13", "1.27.3"])
@pytest.mark.parametrize("flags", [(), ("-buildmode=pie",)])
def test_a_version_without_a_row_is_read_by_its_own_dwarf(
    version: str, flags: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = runtime_table.of_version(version)
    reasons = row.wait_reasons if row else ()
    no_table(monkeypatch, version)
    with running(version, flags) as subject:
        target = attach(subject.pid)
        said, read = quiet_figures(subject, target)
        assert target.about.layouts_from == "DWARF"
        assert target.wait_reasons == reasons
        assert {name: read[name] for name in said} == said
        target.close()


@pytest.mark.real_go
def test_a_version_without_a_row_and_without_dwarf_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    no_table(monkeypatch, "1.22.10")
    with running("1.22.10", STRIPPED) as subject:
        with pytest.raises(BadInput, match="whose layouts goom's table has not") as told:
            attach(subject.pid)
        assert "1.21, 1.23" in told.value.hint


@pytest.mark.real_go
@pytest.mark.parametrize("other", ["1.19", "1.21", "1.23", "1.24", "1.25", "1.26", "1.27"])
def test_the_row_of_another_release_is_not_believed(
    other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its addresses may be found; its layouts do not hold, or the figures are the same."""
    rows = runtime_table.rows_of(other)
    monkeypatch.setattr(runtime_table, "rows_of", lambda name: rows)
    with running("1.22.10", STRIPPED) as subject:
        try:
            target = attach(subject.pid)
        except BadInput as told:
            assert "does not look as Go 1.22 builds programs" in told.message
        else:
            said, read = quiet_figures(subject, target)
            assert {name: read[name] for name in said} == said
            target.close()


@pytest.mark.real_go
def test_code_that_is_not_optimised_is_refused_when_stripped() -> None:
    with (
        running("1.22.10", (*STRIPPED, "-gcflags=all=-N -l")) as subject,
        pytest.raises(BadInput, match=r"does not look as Go 1\.22 builds programs") as told,
    ):
        attach(subject.pid)
    assert "-gcflags '-N -l'" in told.value.hint


@pytest.mark.real_go
def test_a_program_whose_file_is_gone_is_read(tmp_path: Path) -> None:
    with running("1.27.3", STRIPPED) as subject:
        program = tmp_path / "service"
        program.write_bytes(Path(f"/proc/{subject.pid}/exe").read_bytes())
        program.chmod(0o755)
        child = subprocess.Popen(
            [program, "quiet", "100", "1000000000"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        child.stdout.readline()
        program.unlink()
        target = attach(child.pid)
        assert Sampler(target).sample().goroutines == 58
        target.close()
        child.kill()
        child.communicate()


@pytest.mark.real_go
def test_a_process_that_ended_is_not_mistaken_for_the_next_of_its_number() -> None:
    with running("1.27.3", STRIPPED) as subject:
        target = attach(subject.pid)
        sampler = Sampler(target)
        sampler.sample()
        subject.process.kill()
        subject.process.wait()
        with pytest.raises(BadInput, match=f"no process {subject.pid} here"):
            sampler.sample()
        target.close()


@pytest.mark.real_go
def test_functions_are_named_at_their_run_time_addresses() -> None:
    with running("1.27.3", (*STRIPPED, "-buildmode=pie")) as subject:
        target = attach(subject.pid)
        table = target.functions()
        index = table.names().index("runtime.mallocgc")
        place = int(table.entries[index])
        assert place > target.bias > 0
        code = target.memory.read(place, 16)
        image = elf_image.read(memoryview(Path(f"/proc/{subject.pid}/exe").read_bytes()))
        assert bytes(image.bytes_at(place - target.bias, 16)) == code
        target.close()


def test_a_process_that_is_no_go_program_is_named() -> None:
    with pytest.raises(BadInput, match=r"is not a Go program .*no build information"):
        attach(os.getpid())


def test_a_number_of_nobody_is_named() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    with pytest.raises(BadInput, match=f"no process {child.pid} here"):
        attach(child.pid)


@pytest.mark.skipif(not Path("/proc/2/comm").exists(), reason="the kernel's threads are hidden")
def test_a_kernel_thread_has_no_program() -> None:
    with pytest.raises(BadInput, match="process 2 is a kernel thread"):
        attach(2)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"#!/bin/sh\n" * 20, "not a 64-bit little-endian ELF"),
        (elf(build_info()), "program headers lie outside"),
        (b"", "cannot be read"),
    ],
)
def test_a_damaged_program_is_a_sentence(
    data: bytes, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "exe"
    program.write_bytes(data)
    monkeypatch.setattr(procfs, "executable", lambda pid: program)
    with pytest.raises(BadInput, match=sentence):
        xray_program.open_program(os.getpid())
