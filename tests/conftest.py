"""Skips what this machine cannot run, and says why; on CI nothing may be missing."""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest

from goom.case.errors import GoomError
from goom.golang.toolchain import obtain
from goom.sources.ebpf import bpftrace

# A shared machine stalls at will, in an example as well as while examples are made.
hypothesis.settings.register_profile(
    "goom", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("goom")


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, lacking in LACKING.items():
        reason = lacking() if item.get_closest_marker(marker) else ""
        if reason and os.environ.get("CI") == "true":
            pytest.fail(f"CI must run {marker} tests: {reason}")
        if reason:
            pytest.skip(reason)


@functools.cache
def _no_cgroup() -> str:
    version_1, version_2 = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")
    root = version_1 if version_1.is_dir() else version_2
    probe = root / f"goom-test-{os.getpid()}"
    try:
        probe.mkdir()
        probe.rmdir()
    except OSError as error:
        return f"no memory cgroup can be made here: {error.strerror}"
    return ""


@functools.cache
def _no_browser() -> str:
    names = ("chromium", "chromium-browser", "google-chrome")
    return "" if any(map(shutil.which, names)) else "no Chromium on PATH"


@functools.cache
def _no_ebpf() -> str:
    try:
        bpftrace.ability()
    except GoomError as error:
        return f"no eBPF here: {error.message} {error.hint}"
    return ""


@functools.cache
def _no_go() -> str:
    try:
        obtain()
    except GoomError as error:
        return f"no Go toolchain can be had: {error.message}"
    return ""


LACKING: dict[str, Callable[[], str]] = {
    "real_go": _no_go,
    "real_cgroup": _no_cgroup,
    "browser": _no_browser,
    "ebpf": _no_ebpf,
}
