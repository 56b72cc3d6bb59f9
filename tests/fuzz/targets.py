"""The fuzz targets, found by walking the folder, and the corpus of each."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).parent
Target = Callable[[bytes], None]


def names() -> tuple[str, ...]:
    """Every ``fuzz_NAME.py`` beside this file."""
    return tuple(sorted(path.stem.removeprefix("fuzz_") for path in FOLDER.glob("fuzz_*.py")))


def target(name: str) -> Target:
    """The function that takes one input."""
    found: Target = importlib.import_module(f"tests.fuzz.fuzz_{name}").one_input
    return found


def corpus_folder(name: str) -> Path:
    """Where the inputs of a target are kept."""
    return FOLDER / "corpus" / name


def corpus(name: str) -> tuple[bytes, ...]:
    """The kept inputs of a target, in a fixed order."""
    files = sorted(path for path in corpus_folder(name).glob("*") if path.is_file())
    return tuple(path.read_bytes() for path in files)


def keep(name: str, data: bytes) -> Path:
    """Save a crash into the corpus, named after its content."""
    folder = corpus_folder(name)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"crash-{hashlib.sha256(data).hexdigest()[:16]}"
    path.write_bytes(data)
    return path
