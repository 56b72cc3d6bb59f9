"""A heap profile as Go would have written it, from the buckets in its memory.

Source: runtime/pprof/protomem.go ``writeHeapProto``, ``scaleHeapSample``; proto.go
``allFrames`` leaves runtime.goexit out. The runtime's own frames above the caller are hidden, as
there; "internal/runtime/" counts as the runtime's since 1.24.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.case.profile import Frame, Ints, Profile
from goom.case.xray_depth import Addresses, HeapBuckets
from goom.formats.pc_frames import PcFrames
from goom.formats.runtime_table import release_of

SAMPLE_TYPES = (
    ("alloc_objects", "count"), ("alloc_space", "bytes"),
    ("inuse_objects", "count"), ("inuse_space", "bytes"),
)  # fmt: skip
_UNKNOWN = Frame("?", "", 0)
_INTERNAL_SINCE = (1, 24)


@dataclass(frozen=True, slots=True)
class _Names:
    """The distinct addresses of all stacks, and what each is."""

    frames: list[Frame]
    is_runtime: NDArray[np.bool_]
    is_shown: NDArray[np.bool_]


def to_profile(buckets: HeapBuckets, names: PcFrames, go_version: str) -> Profile:
    """The profile; values scaled by MemProfileRate as Go scales them. Buckets without any
    allocation are kept, as Go keeps them.
    """
    pcs, starts = _whole(buckets, names)
    unique, places = np.unique(pcs, return_inverse=True)
    known = _named(unique, names, go_version)
    shown = _shown(starts, places, known)
    offsets = np.concatenate(([0], np.cumsum(shown)))[starts]
    functions: dict[tuple[str, str], int] = {}
    lines = [functions.setdefault(frame[:2], len(functions)) for frame in known.frames]
    return Profile(
        kind="heap",
        taken_at_seconds=buckets.taken_at_seconds,
        sample_types=SAMPLE_TYPES,
        values=scaled(buckets),
        stack_offsets=offsets.astype(np.int64),
        stack_locations=places[shown].astype(np.int32),
        location_offsets=np.arange(len(known.frames) + 1, dtype=np.int64),
        line_functions=np.array(lines, np.int32),
        line_numbers=np.array([frame.line for frame in known.frames], np.int64),
        functions=tuple(name for name, _ in functions),
        files=tuple(file for _, file in functions),
        block_bytes=_block_bytes(buckets),
        labels={},
        period=buckets.rate_bytes,
        period_type=("space", "bytes"),
        default_sample_type="inuse_space",
        comments=("read by goom xray from the process's memory",),
        origin="xray",
    )


def _whole(buckets: HeapBuckets, names: PcFrames) -> tuple[Addresses, Ints]:
    """Addresses and offsets; a stack that was cut within inlined calls goes on to the last of
    them, as pprof's ``appendLocsForStack`` does it.
    """
    filled = np.flatnonzero(np.diff(buckets.offsets))
    ends = buckets.offsets[filled + 1]
    lasts, codes = np.unique(buckets.pcs[ends - 1], return_inverse=True)
    more = [names.enclosing(pc) for pc in lasts.tolist()]
    counts = np.array([len(one) for one in more], np.int64)[codes]
    if not counts.any():
        return buckets.pcs, buckets.offsets
    added = [pc for code in codes.tolist() for pc in more[code]]
    pcs = np.insert(buckets.pcs, np.repeat(ends, counts), np.array(added, np.uint64))
    longer = np.zeros(len(buckets) + 1, np.int64)
    longer[filled + 1] = counts
    return pcs, buckets.offsets + np.cumsum(longer)


def scaled(buckets: HeapBuckets) -> Ints:
    """[n, 4] what the samples stand for: count / (1 - exp(-size / rate)), cut to whole numbers."""
    used = buckets.allocs - buckets.frees, buckets.alloc_bytes - buckets.free_bytes
    pairs = ((buckets.allocs, buckets.alloc_bytes), used)
    columns = [
        column for counts, sizes in pairs for column in _scaled(counts, sizes, buckets.rate_bytes)
    ]
    return np.stack(columns, axis=1)


def _scaled(counts: Ints, sizes: Ints, rate_bytes: int) -> tuple[Ints, Ints]:
    if rate_bytes <= 1:
        return counts, sizes
    good = (counts != 0) & (sizes != 0)
    average = np.where(good, sizes / np.where(good, counts, 1), 1.0)
    with np.errstate(all="ignore"):  # figures of a process that lies
        scale = 1 / (1 - np.exp(-average / rate_bytes))
    most = float(1 << 62)
    whole = [
        np.where(good, np.clip(np.nan_to_num(column * scale), -most, most), 0).astype(np.int64)
        for column in (counts, sizes)
    ]
    return whole[0], whole[1]


def _block_bytes(buckets: HeapBuckets) -> Ints:
    some = buckets.allocs > 0
    return np.where(some, buckets.alloc_bytes // np.where(some, buckets.allocs, 1), 0)


def _named(unique: Addresses, names: PcFrames, go_version: str) -> _Names:
    release = tuple(int(part) for part in (release_of(go_version) or "1.0").split("."))
    own = ("runtime.", "internal/runtime/") if release >= _INTERNAL_SINCE else ("runtime.",)
    frames, is_runtime, is_shown = [], [], []
    for pc in unique.tolist():
        frame = names.innermost(pc)
        exact = names.innermost(pc + 1)  # FuncForPC asks for the address, not the call before it
        frames.append(frame or _UNKNOWN)
        is_runtime.append(exact is not None and exact.function.startswith(own))
        is_shown.append(frame is not None and frame.function != "runtime.goexit")
    return _Names(frames, np.array(is_runtime, np.bool_), np.array(is_shown, np.bool_))


def _shown(offsets: Ints, places: NDArray[np.intp], known: _Names) -> NDArray[np.bool_]:
    """Which elements of all stacks the profile shows.

    From each stack's first that is not the runtime's; a stack that would be left empty is whole.
    """
    if not len(places):
        return np.zeros(0, np.bool_)
    counts = np.diff(offsets)
    stack = np.repeat(np.arange(len(counts)), counts)
    foreign = np.concatenate(([0], np.cumsum(~known.is_runtime[places])))
    after_first = foreign[1:] > foreign[offsets[:-1]][stack]
    all_runtime = (foreign[offsets[1:]] == foreign[offsets[:-1]])[stack]
    visible = known.is_shown[places]
    shown = visible & (after_first | all_runtime)
    left = np.bincount(stack[shown], minlength=len(counts))
    return np.asarray(shown | (visible & (left == 0)[stack]))
