"""A bundle made small: the same evidence at fewer moments, without the places of one machine."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence

from goom.case.errors import GoomError

_STAMPED = re.compile(r"(.*)-(\d{16,20})(\.[\w.]+)$")
_NUMBERED = re.compile(r"(.*)-\d{6}(\.\w+)$")
_SURROUNDINGS = "cgroup/surroundings"  # names the cgroups of the machine, neighbours included
_FIRST, _LAST = "manifest.json", "manifest-end.json"
_MOMENTS = (12, 9, 7, 5, 4, 3)
_AT_THE_END = 2  # whatever is thinned, the last looks stay: they are the brink
_ROWS = 240
_HEAVY_BYTES = 12 << 10
_EARLIEST = (1980, 1, 1, 0, 0, 0)


def thin(bundle: bytes, limit_bytes: int, places: dict[bytes, bytes]) -> bytes:
    """The bundle with as many moments as fit into ``limit_bytes``; in text, each key of
    ``places`` becomes its value.
    """
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    entries = {name: data for name, data in entries.items() if not name.startswith(_SURROUNDINGS)}
    entries = _in_one_piece({name: _moved(data, places) for name, data in entries.items()})
    for moments in _MOMENTS:
        small = _packed({name: entries[name] for name in _kept(entries, moments)})
        if len(small) <= limit_bytes:
            return small
    raise GoomError(f"even with {_MOMENTS[-1]} moments the bundle takes {len(small)} bytes.")


def _moved(data: bytes, places: dict[bytes, bytes]) -> bytes:
    if data.startswith(b"\x1f\x8b"):
        return data
    for place, name in places.items():
        data = data.replace(place, name)
    return data


def _in_one_piece(entries: dict[str, bytes]) -> dict[str, bytes]:
    """Series and logs that were written piece by piece, each as one piece."""
    pieces: dict[str, list[bytes]] = defaultdict(list)
    whole: dict[str, bytes] = {}
    for name in sorted(entries):
        numbered = _NUMBERED.fullmatch(name)
        if numbered:
            pieces[f"{numbered[1]}-000000{numbered[2]}"].append(entries[name])
        else:
            whole[name] = entries[name]
    for name, parts in pieces.items():
        whole[name] = _joined_rows(parts) if name.endswith(".csv") else b"".join(parts)
    return whole


def _joined_rows(parts: Sequence[bytes]) -> bytes:
    header = parts[0].split(b"\n", 1)[0]
    if any(part.split(b"\n", 1)[0] != header for part in parts):
        raise GoomError("the pieces of a series do not have the same columns.")
    rows = [row for part in parts for row in part.splitlines()[1:]]
    every = max(1, len(rows) // _ROWS)
    kept = rows[:-_ROWS:every] + rows[-_ROWS // 4 :] if every > 1 else rows
    return b"\n".join([header, *sorted(set(kept), key=_row_time)]) + b"\n"


def _row_time(row: bytes) -> float:
    return float(row.split(b",", 1)[0] or 0)


def _kept(entries: Mapping[str, bytes], moments: int) -> list[str]:
    """Of each kind of file, the one nearest to each moment, and the last ones; of heavy kinds
    (dumps of thousands of goroutines) the first and the last alone, where
    room is short one from the middle.
    """
    kinds: dict[str, list[tuple[int, str]]] = defaultdict(list)
    kept: list[str] = []
    for name in entries:
        stamped = _STAMPED.fullmatch(name)
        if stamped:
            kinds[stamped[1] + stamped[3]].append((int(stamped[2]), name))
        else:
            kept.append(name)
    stamps = [stamp for looks in kinds.values() for stamp, _ in looks]
    first, last = min(stamps, default=0), max(stamps, default=0)
    wanted = [first + (last - first) * step // (moments - 1) for step in range(moments)]
    for looks in kinds.values():
        looks.sort()
        if len(zlib.compress(entries[looks[-1][1]])) > _HEAVY_BYTES:
            roomy = moments > _MOMENTS[-1]
            kept += sorted({looks[0][1], looks[-1][1]} if roomy else {looks[len(looks) // 2][1]})
            continue
        chosen = {_nearest(looks, moment) for moment in wanted}
        kept += sorted(chosen | {name for _, name in looks[-_AT_THE_END:]})
    return kept


def _nearest(looks: Sequence[tuple[int, str]], moment: int) -> str:
    place = bisect_left(looks, (moment, ""))
    around = looks[max(0, place - 1) : place + 1]
    return min(around, key=lambda look: abs(look[0] - moment))[1]


def _packed(entries: dict[str, bytes]) -> bytes:
    middle = sorted(name for name in entries if name not in (_FIRST, _LAST))
    order = [name for name in (_FIRST, *middle, _LAST) if name in entries]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in order:
            archive.writestr(zipfile.ZipInfo(name, _EARLIEST), entries[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
