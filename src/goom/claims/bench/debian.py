"""Go libraries as Debian packages them, unpacked beside the system: no module proxy, no root."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from goom.case.errors import GoomError
from goom.claims.bench.bench import PROGRAMS, Compiled, Go
from goom.claims.bench.cannot import CannotMeasureError
from goom.claims.bench.running import Ran, Setting, run_binary
from goom.golang.build import go_environment
from goom.golang.cache import cache_folder, locked

CLIENT_LIBRARY = (
    "golang-github-prometheus-client-golang-dev", "golang-github-beorn7-perks-dev",
    "golang-github-cespare-xxhash-dev", "golang-github-golang-protobuf-1-5-dev",
    "golang-github-prometheus-client-model-dev", "golang-github-prometheus-common-dev",
    "golang-github-prometheus-procfs-dev", "golang-google-protobuf-dev",
    "golang-golang-x-sys-dev", "golang-protobuf-extensions-dev",
)  # fmt: skip
GOLEAK = ("golang-uber-goleak-dev",)
_SOURCES = Path("usr/share/gocode/src")
_SECONDS = 300


def sources(packages: tuple[str, ...]) -> Path:
    """The folder of their Go sources (``github.com/…`` below it).

    Downloaded once into the cache; CannotMeasureError where apt-get is missing or offline.
    """
    folder = cache_folder("debian") / packages[0]
    with locked(folder.with_suffix(".lock")):
        if not folder.exists():
            _unpack(packages, folder)
    return folder / _SOURCES


@cache
def library_version() -> str:
    """Which client library it is, as Debian numbers it: ``1.14.0-3``."""
    notes = sources(CLIENT_LIBRARY).parents[1] / "doc" / CLIENT_LIBRARY[0] / "changelog.Debian.gz"
    with gzip.open(notes, "rt", encoding="utf-8") as lines:
        found = re.search(r"\(([^)]+)\)", lines.readline())
    if found is None:
        raise GoomError(f"{notes} does not begin with a version.")
    return found[1]


def _unpack(packages: tuple[str, ...], folder: Path) -> None:
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        raise CannotMeasureError(f"it needs the Debian package {packages[0]}")
    scratch = folder.with_suffix(".unfinished")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    download = _said(["apt-get", "download", "-qq", *packages], scratch)
    if download:
        raise CannotMeasureError(f"{packages[0]} cannot be downloaded (apt-get update): {download}")
    for archive in scratch.glob("*.deb"):
        if said := _said(["dpkg", "-x", archive.name, "."], scratch):
            raise CannotMeasureError(f"{archive.name} cannot be unpacked: {said}")
        archive.unlink()
    scratch.rename(folder)


def _said(command: list[str], folder: Path) -> str:
    """What a command that failed said last; "" when it did not."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    lines = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
    return lines[-1] if done.returncode else ""


def run(go: Go, program: str, *arguments: str) -> Ran:
    """Run ``claims/programs/PROGRAM``, built against the client library in GOPATH mode, once."""
    return go.remember((program, arguments), lambda: _run(go, program, *arguments))


def _run(go: Go, program: str, *arguments: str) -> Ran:
    binary = cache_folder("programs") / f"{go.version}-debian-{program}"
    built = _build(go, program, binary)
    if not built.built:
        raise GoomError(f"{program} does not build: {built.message}")
    return run_binary((str(binary), *arguments), Setting())


def compiles(go: Go, program: str) -> Compiled:
    """Whether it builds against the client library, and what go says when not."""
    return _build(go, program, Path(os.devnull))


def _build(go: Go, program: str, binary: Path) -> Compiled:
    library = sources(CLIENT_LIBRARY)
    done = subprocess.run(
        [str(go.toolchain.go), "build", "-o", str(binary), str(PROGRAMS / program / "main.go")],
        env=go_environment(go.toolchain)
        | {"GO111MODULE": "off", "GOPATH": str(library.parent), "GOFLAGS": ""},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    return Compiled(done.returncode == 0, done.stderr.strip()[-400:])
