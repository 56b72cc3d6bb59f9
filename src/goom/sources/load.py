"""From targets to evidence: a bundle, a folder, loose files of any mix, a live process or URL."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from goom.case.errors import BadInput
from goom.case.evidence import Evidence
from goom.case.subject import Subject
from goom.sources.bundle_reader import gather_bundle
from goom.sources.capture import CaptureOptions, capture
from goom.sources.gathered import DEFAULT_MAX_BYTES, Gathered, Piece
from goom.sources.live_target import find_target, is_live, parse_live
from goom.sources.loose_files import WHAT_CAN_BE_GIVEN, FileReader, LooseFile
from goom.sources.pieces import take
from goom.sources.zip_entries import is_zip, shown

_SMALL_BYTES = 4096  # cgroup files of the same few digits are no copies
_REASONS_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOptions:
    """What files cannot say, and bounds. ``for_seconds`` is how long a live target is watched."""

    memory_limit_bytes: int | None = None
    go_version: str | None = None
    gogc_percent: int | None = None
    gomemlimit_bytes: int | None = None
    main_packages: tuple[str, ...] = ()
    max_bytes: int = DEFAULT_MAX_BYTES
    for_seconds: float = 10.0
    ebpf: tuple[str, ...] = ()  # looks through eBPF at a live target


def load(targets: Sequence[str], options: LoadOptions) -> Evidence:
    """All evidence that the targets hold; BadInput when nothing in them is understood."""
    live = [target for target in targets if is_live(target)]
    files = [target for target in targets if target not in live]
    gathered = Gathered(left_bytes=options.max_bytes)
    reader = FileReader(options.max_bytes)
    subject = _read_files(reader, files, gathered)
    if live:
        subject = _watch(live, options, gathered)
    gathered.not_read[:0] = reader.not_read
    if not gathered.sources:
        raise _nothing(targets, gathered)
    return gathered.evidence(stated(subject, options))


def _watch(live: Sequence[str], options: LoadOptions, gathered: Gathered) -> Subject:
    """Capture a running program for a while and read that."""
    target = find_target(*parse_live(live))
    with tempfile.TemporaryDirectory(prefix="goom-") as folder:
        bundle = Path(folder, "live.goom")
        wanted = CaptureOptions(bundle=bundle, for_seconds=options.for_seconds, ebpf=options.ebpf)
        capture(target, wanted)
        return gather_bundle(bundle.read_bytes(), "live", gathered)


def _read_files(reader: FileReader, targets: Sequence[str], gathered: Gathered) -> Subject:
    """Read every file; a bundle among them says who the subject is."""
    bundles: dict[str, Subject] = {}
    seen: dict[bytes, str] = {}
    for file in reader.read(targets):
        twin = seen.setdefault(hashlib.sha256(file.data).digest(), file.name)
        if twin != file.name and len(file.data) > _SMALL_BYTES:
            gathered.leave(file.name, f"it is {twin} once more, byte for byte")
        elif is_zip(file.data):
            bundles[file.name] = gather_bundle(file.data, file.name, gathered)
            if len(bundles) > 1:
                raise _two_bundles(list(bundles))
        else:
            take(gathered, _piece(file))
    folders = [Path(target).resolve().name for target in targets if Path(target).is_dir()]
    gathered.learned.note("name", folders[0] if folders else "")
    return next(iter(bundles.values()), Subject())


def _piece(file: LooseFile) -> Piece:
    return Piece(
        data=file.data,
        origin=file.name,
        at_seconds=file.named_at_seconds,
        modified_at_seconds=file.modified_at_seconds,
    )


def _two_bundles(names: Sequence[str]) -> BadInput:
    return BadInput(
        f"{names[0]} and {names[1]} are two bundles, perhaps of two programs.",
        f"Diagnose them one by one:  goom diagnose {names[0]}",
    )


def _nothing(targets: Sequence[str], gathered: Gathered) -> BadInput:
    """Why nothing was understood: the one reason, or the first few."""
    reasons = [f"{shown(item.what)}: {item.why}" for item in gathered.not_read]
    if len(reasons) == 1:
        only = gathered.not_read[0]
        said = only.why if only.what in only.why else reasons[0]
        return BadInput(f"{said.rstrip('.')}.", only.hint or WHAT_CAN_BE_GIVEN)
    if not reasons:
        return BadInput(f"{' '.join(targets)} holds nothing to read.", WHAT_CAN_BE_GIVEN)
    more = [f"and {len(reasons) - _REASONS_SHOWN:,} more"] if len(reasons) > _REASONS_SHOWN else []
    shown_reasons = "\n".join([*reasons[:_REASONS_SHOWN], *more])
    return BadInput(f"nothing of this can be read:\n{shown_reasons}", WHAT_CAN_BE_GIVEN)


def stated(subject: Subject, options: LoadOptions) -> Subject:
    """The subject with what the user stated; the user wins."""
    said: dict[str, Any] = {
        "memory_limit_bytes": options.memory_limit_bytes,
        "go_version": options.go_version and options.go_version.removeprefix("go"),
        "gogc_percent": options.gogc_percent,
        "gomemlimit_bytes": options.gomemlimit_bytes,
        "main_packages": options.main_packages or None,
    }
    return replace(subject, **{name: value for name, value in said.items() if value is not None})
