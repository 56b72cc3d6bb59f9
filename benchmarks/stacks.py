"""The model of stacks against real Go over many versions, and what growing costs.

    python benchmarks/stacks.py [--go 1.21.13,1.27.3] [--rounds 15]

For each version: growths of a grid of depths and frames (call and size of each must be equal),
StackInuse of 10,000 waiting goroutines, shrinking over collections, the adapted start size; with
bpftrace and root every copy of the runtime itself (old size, new size, bytes, frames); the guard of
a build with -race where there is a C compiler. Then the time of a descent that grows its stack
against the same descent on the grown one, and from four places what a copied KiB and a walked frame
cost.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.runtime.stacks.probe import FOLDER, RECURSIONS, Probe, probe  # noqa: E402

from goom.golang.build import go_environment  # noqa: E402 - the project's root is on the path now
from goom.golang.toolchain import obtain  # noqa: E402
from goom.runtime.stacks.layout import Platform, layout_of  # noqa: E402
from goom.runtime.stacks.pool import stack_inuse_bytes  # noqa: E402
from goom.runtime.stacks.shrink import Rest, shrinks  # noqa: E402
from goom.runtime.stacks.stack import Descent, descend  # noqa: E402
from goom.runtime.stacks.start_size import Scanned, runtimes_own, starting_bytes  # noqa: E402

VERSIONS = "1.21.13,1.22.10,1.23.9,1.24.11,1.25.5,1.26.6,1.27.3"
DEPTHS = (0, 1, 2, 3, 5, 9, 20, 50, 100, 333, 1000, 5000)
WAITING = ("f0:0", "f24:30", "f64:50", "f64:100", "f1000:10", "f1000:40", "ping:9")
SHRINKING = ("f64:1000", "f20000:3", "f0:100", "f1000:500")
RESTING = ("f0:0", "f0:19", "f0:20", "f64:15", "f64:100", "f1000:5", "f200:33")
POPULATIONS = (("f64:100", 50, 500), ("f1000:30", 500, 50), ("f200:10", 100, 300),
               ("f70000:1", 5, 995), ("f24:5", 300, 1), ("f0:30", 1000, 1000))  # fmt: skip
COPIES = ("f64:1000", "f7400:9", "f8192:40", "ping:60")
COSTS = ("f0:20000", "f64:10000", "f1000:1000", "f20000:50")
INUSE_FRACTION = 0.01
TRACING = Path("/sys/kernel/tracing/events")


@dataclass(frozen=True, slots=True)
class Checked:
    """How much was compared, how much differed, and what to say about it."""

    what: str
    points: int
    wrong: int
    note: str = ""

    def line(self) -> str:
        """For the terminal."""
        compared = f"{self.points:7,} points  {self.wrong:4} differ"
        return f"  {self.what:34}{compared}  {self.note}".rstrip()


def begun(built: Probe, place: str) -> Descent:
    """The descent that ``grow`` makes."""
    chain = built.of("main.grow.gowrap1|main.grow.func1", "main.descendOnce")
    return descend(built.layout, (*chain, *built.recursion(place)))


def growths(built: Probe) -> Checked:
    places = [f"{name}:{depth}" for name in RECURSIONS for depth in DEPTHS]
    seen = built.run("grow", *places)
    points = wrong = 0
    for place in places:
        predicted = [[one.call - 2, one.new_bytes] for one in begun(built, place).growths]
        points += len(predicted) + 1
        wrong += seen[place]["growths"] != predicted
    return Checked("growths: call and size", points, wrong)


def waiting(built: Probe) -> Checked:
    worst = 0.0
    wrong = 0
    for place in WAITING:
        seen = built.run("park", 10_000, place)
        stack = built.waiter(place).call(*built.waits())
        predicted = stack_inuse_bytes(built.layout, {stack.stack_bytes: 10_000})
        error = abs(seen["inuse"] / predicted - 1)
        worst = max(worst, error)
        wrong += error > INUSE_FRACTION or seen["used"] != {str(stack.used_bytes): 10_000}
    return Checked("StackInuse of 10,000, bytes used", len(WAITING), wrong, f"worst {worst:.4%}")


def shrinking(built: Probe) -> Checked:
    points = wrong = 0
    for deep in SHRINKING:
        for rest in RESTING:
            seen = built.run("shrink", 12, deep, rest)
            steps = shrinks(built.layout, Rest(seen["sizes"][0], seen["used"]), 12)
            points += len(steps)
            wrong += seen["sizes"][1:] != [step.new_bytes for step in steps]
    return Checked("shrinking: size after each GC", points, wrong)


def starting(built: Probe) -> Checked:
    wrong = 0
    for population in POPULATIONS:
        seen = built.run("start", *population, GOMAXPROCS="1")
        scanned = [Scanned(count, int(used)) for used, count in seen["used"].items()]
        size = starting_bytes(built.layout, [*scanned, runtimes_own(seen["procs"])])
        told = (seen["starting"], set(seen["reused"]), set(seen["fresh"]))
        wrong += told != (size, {str(size)}, {str(built.layout.fixed_stack_bytes)})
    return Checked("start size: metric, reused, new", 3 * len(POPULATIONS), wrong)


def no_probes() -> str:
    """Why copies cannot be watched here; empty when they can."""
    if shutil.which("bpftrace") is None:
        return "bpftrace is not installed"
    if os.geteuid():
        return "probes need root"
    if not TRACING.exists():
        return "tracefs is not mounted: mount -t tracefs tracefs /sys/kernel/tracing"
    return ""


SCRIPT = """
uprobe:{binary}:runtime.copystack {{
  $g = reg("ax"); $low = *(uint64 *)$g; $high = *(uint64 *)($g + 8); $sp = *(uint64 *)($g + 56);
  @copied[tid] = $g;
  printf("copy %lu %lu %lu %lu\\n", $g, $high - $low, reg("bx"), $high - $sp);
}}
uprobe:{binary}:runtime.adjustframe {{ @frames[@copied[tid]] = count(); }}
"""


def copies(built: Probe) -> Checked:
    """One goroutine of the run must have exactly the predicted copies and adjusted frames."""
    points = wrong = 0
    for place in COPIES:
        went = begun(built, place)
        predicted = [(one.old_bytes, one.new_bytes, one.copied_bytes) for one in went.growths]
        points += len(predicted) + 1
        wrong += (predicted, went.frames_walked) not in watched(built, place)
    return Checked("copies: old, new, bytes; frames", points, wrong)


Copies = list[tuple[int, ...]]


def watched(built: Probe, place: str) -> list[tuple[Copies, int]]:
    """For each goroutine of a run, its copies and how many frames they adjusted together."""
    answer = subprocess.run(
        ["bpftrace", "-e", SCRIPT.format(binary=built.binary), "-c",
         f"{built.binary} grow {place}"],
        env={**os.environ, "GOGC": "off"},
        capture_output=True, text=True, timeout=120, check=True,
    ).stdout  # fmt: skip
    seen: dict[str, Copies] = {}
    for goroutine, *figures in re.findall(r"^copy (\d+) (\d+) (\d+) (\d+)$", answer, re.MULTILINE):
        seen.setdefault(goroutine, []).append(tuple(map(int, figures)))
    frames = dict(re.findall(r"^@frames\[(\d+)\]: (\d+)", answer, re.MULTILINE))
    return [(rows, int(frames.get(goroutine, 0))) for goroutine, rows in seen.items()]


def race(version: str) -> Checked:
    """A build with -race keeps a larger guard."""
    toolchain = obtain(version)
    with tempfile.TemporaryDirectory() as folder:
        binary = Path(folder) / "stackprobe"
        done = subprocess.run(
            [str(toolchain.go), "build", "-race", "-buildvcs=false", "-o", str(binary), "."],
            cwd=FOLDER, env=go_environment(toolchain, cgo=True), capture_output=True, check=False,
        )  # fmt: skip
        if done.returncode:
            return Checked("-race: guard", 0, 0, "skipped: no C compiler for -race")
        layout = layout_of(version, Platform(race=True))
        seen = Probe(version, binary, {}, layout).run("grow", "f0:10")
    return Checked("-race: guard", 1, int(seen["f0:10"]["guard"] != layout.guard_bytes))


def costs(built: Probe, rounds: int) -> Iterator[str]:
    """Median times of growing against grown, and a fit of what the difference is made of."""
    seen = built.run("cost", rounds, *COSTS)
    rows, extra = [], []
    for place in COSTS:
        went = begun(built, place)
        growing, grown = (float(np.median(seen[place][key][2:])) for key in ("growing", "grown"))
        rows.append((went.copied_bytes / 1024, went.frames_walked))
        extra.append(growing - grown)
        yield (
            f"  {place:12} {len(went.growths):3} growths  first descent {growing / grown:6.1f} × "
            f"the second  copied {went.copied_bytes / went.stack_bytes:.2f} of the final stack"
        )
    matrix = np.array(rows, dtype=float)
    weights = 1 / np.array(extra)
    fit, *_ = np.linalg.lstsq(matrix * weights[:, None], np.ones(len(extra)), rcond=None)
    kib, frame = fit
    yield (
        f"  walking a frame costs as much as copying {frame / kib:.2f} KiB"
        if kib > 0
        else (f"  walking frames is all of the cost: {frame:.0f} ns a frame")
    )


def check(version: str) -> list[Checked]:
    built = probe(version)
    print(f"Go {version}", flush=True)
    done = [growths(built), waiting(built), shrinking(built), starting(built)]
    reason = no_probes()
    done.append(Checked("copies", 0, 0, f"skipped: {reason}") if reason else copies(built))
    done.append(race(version))
    for one in done:
        print(one.line(), flush=True)
    return done


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--go", default=VERSIONS, help="versions, comma between")
    parser.add_argument("--rounds", type=int, default=15, help="of each timed descent")
    parsed = parser.parse_args()
    versions = parsed.go.split(",")
    wrong = sum(one.wrong for version in versions for one in check(version))
    for version in versions:
        print(f"Go {version}: the cost of growing")
        for line in costs(probe(version), parsed.rounds):
            print(line)
    print("all equal" if not wrong else f"{wrong} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
