"""What ``benchmarks/pprof.py`` measures of goom: read a profile, sum it up, print its top.

python benchmarks/pprof_child.py PROFILE SAMPLE_TYPE ROWS
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from goom.formats.pprof import parse
from goom.formats.pprof_top import top


def main(path: str, sample_type: str, shown: int) -> None:
    names, flat, cum = top(parse(Path(path).read_bytes()), sample_type)
    rows = {}
    for column in (flat, cum):
        least = sorted(column.tolist())[-shown:][0]
        candidates = (column >= least).nonzero()[0].tolist()
        for place in sorted(candidates, key=lambda at: (-column[at], names[at]))[:shown]:
            rows[names[place]] = (int(flat[place]), int(cum[place]))
    print(json.dumps(rows))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
