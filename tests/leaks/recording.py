"""Make a bundle of one of the programs small enough to keep: what tells of goroutines, and no more.

python -m tests.leaks.recording KEPT.goom tests/leaks/recorded/WAY-VERSION.goom
"""

from __future__ import annotations

import io
import re
import sys
import zipfile
from pathlib import Path

from goom.case.errors import GoomError
from goom.lab.thinning import thin

LARGEST_BYTES, NEVER_LARGER_BYTES = 40_000, 52_000
_TELLS = re.compile(r"manifest|pprof/(goroutine|goroutineleak)-|proc/series|heap-\d+\.debug1")
_CALLS = "binary/calls.json"  # only where the goroutines are a library's
_LIBRARY = ("body-left-open", "open-each-time")
_HOME = re.compile(rb'/[^"\s]*/programs/[^"\s/]*')


def small(bundle: bytes, *, calls: bool) -> bytes:
    """The bundle without heap and CPU profiles, cgroup files and mappings."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        names = [name for name in archive.namelist() if _TELLS.search(name)]
        names += [_CALLS] if calls else []
        heap = sorted(name for name in names if "debug1" in name)
        dropped = set(heap[1:-1])
        with zipfile.ZipFile(buffer, "w") as kept:
            for name in names:
                if name not in dropped:
                    data = archive.read(name)
                    is_text = not data.startswith(b"\x1f\x8b")
                    kept.writestr(name, _HOME.sub(b"/app", data) if is_text else data)
    try:
        return thin(buffer.getvalue(), LARGEST_BYTES, {})
    except GoomError:  # stacks of many kinds
        return thin(buffer.getvalue(), NEVER_LARGER_BYTES, {})


if __name__ == "__main__":
    kept, target = Path(sys.argv[1]), Path(sys.argv[2])
    target.write_bytes(small(kept.read_bytes(), calls=target.name.startswith(_LIBRARY)))
