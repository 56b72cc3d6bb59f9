"""Builds a folder of Go with one toolchain, once for the same content, version and options."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from goom.case.errors import GoomError
from goom.golang.cache import Progress, cache_folder, locked, silent
from goom.golang.toolchain import Toolchain

_BUILD_SECONDS = 900


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """``trimpath`` names files by module instead of by their place on this machine.

    ``flags`` are handed to go build as they are: ``-ldflags=-s -w``, ``-buildmode=pie``.
    """

    tags: tuple[str, ...] = ()
    cgo: bool = False
    trimpath: bool = False
    flags: tuple[str, ...] = field(default=(), repr=False)  # in the key only when there are any


def build(
    folder: Path,
    toolchain: Toolchain,
    options: BuildOptions = BuildOptions(),
    progress: Progress = silent,
) -> Path:
    """The binary of the program in ``folder`` (with a ``go.mod``, standard library only)."""
    programs = cache_folder("programs")
    key = _content_key(folder, toolchain, options)
    binary = programs / f"{toolchain.version}-{key}" / folder.name
    if binary.exists():
        return binary
    binary.parent.mkdir(exist_ok=True)
    with locked(binary.parent / ".lock"):
        if not binary.exists():
            progress(f"Building {folder.name} with Go {toolchain.version}")
            _compile(folder, toolchain, options, binary)
    return binary


def go_environment(toolchain: Toolchain, cgo: bool = False) -> dict[str, str]:
    """The environment for ``go``: this toolchain alone, no network, nobody else's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GO")}
    return kept | {
        "CGO_ENABLED": "1" if cgo else "0",
        "GO111MODULE": "on",
        "GOCACHE": str(cache_folder("gocache")),
        "GOENV": "off",
        "GOFLAGS": "-mod=mod",
        "GOPATH": str(cache_folder("gopath")),
        "GOPROXY": "off",
        "GOROOT": str(toolchain.goroot),
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
    }


def _compile(folder: Path, toolchain: Toolchain, options: BuildOptions, binary: Path) -> None:
    unfinished = binary.with_name(f".{binary.name}.unfinished")
    command = [str(toolchain.go), "build", "-buildvcs=false", "-o", str(unfinished)]
    if options.tags:
        command.append(f"-tags={','.join(options.tags)}")
    if options.trimpath:
        command.append("-trimpath")
    answer = _run([*command, *options.flags, "."], folder, go_environment(toolchain, options.cgo))
    if answer.returncode:
        raise GoomError(f"go build failed in {folder}:\n{answer.stderr.strip()[-2000:]}")
    unfinished.rename(binary)


def _run(
    command: list[str], folder: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_BUILD_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise GoomError(
            f"go build took over {_BUILD_SECONDS // 60} minutes in {folder}."
        ) from error
    except OSError as error:
        raise GoomError(f"cannot run {command[0]}: {error.strerror}.") from error


def _content_key(folder: Path, toolchain: Toolchain, options: BuildOptions) -> str:
    digest = hashlib.sha256(repr((str(folder.resolve()), toolchain.version, options)).encode())
    digest.update("\0".join(options.flags).encode())
    for path in _sources(folder):
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _sources(folder: Path) -> Iterator[Path]:
    if not (folder / "go.mod").is_file():
        raise GoomError(f"{folder} is not a Go program: it has no go.mod.")
    yield from sorted(path for path in folder.rglob("*") if path.is_file())
