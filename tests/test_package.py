"""What ``pip install .`` installs: all of the house, its data too, and a command that works."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.house import ROOT, SOURCE

pytestmark = pytest.mark.slow
LEFTOVERS = {"__pycache__"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", str(folder), str(ROOT)], check=True)
    return next(folder.glob("*.whl"))


def test_every_file_of_the_house_is_in_the_wheel(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    house = {
        str(path.relative_to(SOURCE))
        for path in (SOURCE / "goom").rglob("*")
        if path.is_file() and not LEFTOVERS & set(path.parts)
    }
    assert house <= packed


def test_the_installed_command_works_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    script = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'installed')!r});"
        "import goom, goom.cli.main as main;"
        f"assert goom.__file__.startswith({str(tmp_path)!r}), goom.__file__;"
        "sys.exit(main.main(['explain']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "heap_leak" in done.stdout
