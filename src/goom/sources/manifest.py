"""What a bundle says about itself: ``manifest.json`` first, ``manifest-end.json`` last."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, TypeVar

import msgspec

from goom import __version__
from goom.case.errors import BadInput
from goom.case.evidence import NotRead
from goom.case.subject import Ending, Subject

FORMAT = 1
FIRST, LAST = "manifest.json", "manifest-end.json"
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Written when recording begins. ``schedule`` is seconds between two looks, by kind of look.

    ``wall_seconds`` and ``monotonic_seconds`` are the two clocks at one moment.
    """

    subject: Subject
    format: int = FORMAT
    goom_version: str = __version__
    wall_seconds: float = field(default_factory=time.time)
    monotonic_seconds: float = field(default_factory=time.monotonic)
    options: Mapping[str, str] = field(default_factory=dict)
    schedule: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestEnd:
    """Written when recording ends.

    ``subject`` is what was learned after the beginning (Go's version, GOMAXPROCS …); fields that it
    leaves at their defaults keep what the first manifest said.
    """

    ending: Ending | None = None
    wall_seconds: float = field(default_factory=time.time)
    subject: Subject | None = None
    not_read: tuple[NotRead, ...] = ()


def encode(document: Manifest | ManifestEnd) -> bytes:
    """JSON of what is known; unknown figures (None, nan) are left out."""
    return msgspec.json.format(msgspec.json.encode(_known(document)), indent=1)


def decode(data: bytes, kind: type[T], origin: str) -> T:
    """Read a manifest; fields that a newer goom added are ignored."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"{origin} is not a manifest: {error}.") from None


def refuse_newer(manifest: Manifest, origin: str) -> None:
    """A newer format may mean other things by the same names."""
    if manifest.format > FORMAT:
        raise BadInput(
            f"{origin} is of format {manifest.format}, and goom {__version__} reads {FORMAT}.",
            "Read it with the goom that wrote it, or a newer one:  pip install -U goom",
        )


def merged(first: Subject, later: Subject | None) -> Subject:
    """The first subject, with what the later one knows better."""
    if later is None:
        return first
    known = {f.name: getattr(first, f.name) for f in fields(Subject)}
    default = Subject()
    for name in known:
        said = getattr(later, name)
        if not _same(said, getattr(default, name)):
            known[name] = said
    return Subject(**known)


def _same(one: object, other: object) -> bool:
    return one == other or (_unknown(one) and _unknown(other))


def _known(thing: Any) -> Any:
    if is_dataclass(thing) and not isinstance(thing, type):
        named = ((f.name, getattr(thing, f.name)) for f in fields(thing))
        return {name: _known(value) for name, value in named if not _unknown(value)}
    if isinstance(thing, Mapping):
        return {str(key): _known(value) for key, value in thing.items() if not _unknown(value)}
    if isinstance(thing, (list, tuple)):
        return [_known(item) for item in thing]
    return thing


def _unknown(value: object) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))
