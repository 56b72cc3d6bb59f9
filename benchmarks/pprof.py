"""How fast a heap profile becomes its top 40, flat and cumulative, beside ``go tool pprof -top``.

    python benchmarks/pprof.py [--go 1.27.3] [--rounds 3] [--inputs FOLDER]

Each figure is of a process of its own, from start to end: the two take turns on profiles that real
Go writes with 6,000 and 200,000 stacks, and their figures must be equal. Then one million samples,
made up, are read by goom alone.

The Go program has generated methods that call each other at random and keep what they allocate,
with every allocation recorded, so that nearly every allocation has a stack of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from goom.golang.build import build, go_environment
from goom.golang.toolchain import Toolchain, obtain

_CHILD = Path(__file__).with_name("pprof_child.py")
SAMPLE_TYPE = "inuse_space"
SHOWN = 40
BAR_TIMES_FASTER, BAR_MEMORY_SHARE, BAR_MILLION_BYTES = 10.0, 0.25, 1 << 30
Rows = dict[str, tuple[int, int]]
METHODS, CALLS = 400, 8
_DEPTH = 60

_MAIN = """\
package main

import (
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
)

type record struct {
	next *record
	body [6]uint64
}

type walker struct {
	seed uint64
	kept *record
}

func (w *walker) turn() uint64 {
	w.seed ^= w.seed << 13
	w.seed ^= w.seed >> 7
	w.seed ^= w.seed << 17
	return w.seed >> 11
}

func main() {
	runtime.MemProfileRate = 1
	stacks, _ := strconv.Atoi(os.Args[1])
	w := &walker{seed: 88172645463325252}
	for i := 0; i < stacks; i++ {
		w.step0(%d + int(w.turn()%%8))
	}
	runtime.GC()
	file, err := os.Create(os.Args[2])
	if err != nil {
		panic(err)
	}
	pprof.Lookup("heap").WriteTo(file, 0)
	file.Close()
	runtime.KeepAlive(w)
}
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One process: what it printed and what it took; CPU and memory with its children's."""

    output: str
    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int


def run(command: Sequence[str], environment: dict[str, str] | None = None) -> Run:
    """Run to the end."""
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.DEVNULL, env=environment
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        if status:
            raise SystemExit(f"failed with status {status}: {' '.join(command)}")
        output.seek(0)
        return Run(output.read(), wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10)


def goom_top(profile: Path, sample_type: str = SAMPLE_TYPE) -> Run:
    """Read a profile with goom."""
    return run([sys.executable, str(_CHILD), str(profile), sample_type, str(SHOWN)])


def pprof_command(go: Path, environment: dict[str, str]) -> str:
    """Where pprof itself is, so that ``go tool`` is not measured with it; builds it first."""
    command = [str(go), "tool", "-n", "pprof"]
    subprocess.run(
        [str(go), "tool", "pprof", "-h"], env=environment, check=False, capture_output=True
    )
    told = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return told.stdout.strip()


def pprof_top(
    pprof: str, profile: Path, environment: dict[str, str], order: Iterable[str] = ()
) -> Run:
    """Read a profile with pprof, every figure in bytes."""
    options = ["-top", f"-sample_index={SAMPLE_TYPE}", f"-nodecount={SHOWN}", "-unit=B"]
    options += ["-nodefraction=0", "-edgefraction=0", "-symbolize=none", *order]
    return run([pprof, *options, str(profile)], environment)


def rows_of(output: str) -> Rows:
    """The rows of ``-top``: name -> flat, cum."""
    rows = {}
    for line in output.partition("cum%\n")[2].splitlines():
        flat, _, _, cum, _, name = line.split(None, 5)
        rows[name.removesuffix(" (inline)")] = (int(flat.rstrip("B")), int(cum.rstrip("B")))
    return rows


def check_equal(ours: Rows, theirs: Rows) -> None:
    """Every row of pprof's must be in ours, with the same figures."""
    wrong = {name: (figures, ours.get(name)) for name, figures in theirs.items()
             if ours.get(name) != figures}  # fmt: skip
    if wrong or not theirs:
        raise SystemExit(f"not equal to pprof: {wrong or 'it printed no rows'}")


def compare(name: str, ours: list[Run], theirs: list[Run]) -> tuple[float, float]:
    """Print the medians; how many times faster, and which share of the memory."""
    print(f"\n{name}, {len(ours)} turns each, medians")
    figures: list[tuple[float, float, float]] = []
    for who, runs in (("goom", ours), ("pprof", theirs)):
        wall, cpu, peak = (statistics.median(pick(one) for one in runs) for pick in _FIGURES)
        figures.append((wall, cpu, peak))
        print(f"  {who:<6} {wall:7.2f} s wall {cpu:7.2f} s CPU {peak / (1 << 20):8.1f} MiB peak")
    (wall, cpu, peak), (their_wall, their_cpu, their_peak) = figures
    print(f"  ratio  {their_wall / wall:7.1f} x    {their_cpu / cpu:7.1f} x    "
          f"{peak / their_peak:8.2f} of the memory")  # fmt: skip
    return their_wall / wall, peak / their_peak


_FIGURES: tuple[Callable[[Run], float], ...] = (
    lambda one: one.wall_seconds,
    lambda one: one.cpu_seconds,
    lambda one: one.peak_bytes,
)


def measure(folder: Path, version: str, rounds: int) -> bool:
    """Make the inputs, measure, print; whether every bar is met."""
    toolchain = obtain(version)
    environment = go_environment(toolchain) | {"PPROF_TMPDIR": str(folder)}
    pprof = pprof_command(toolchain.go, environment)
    print(f"Go {toolchain.version}, Python {sys.version.split()[0]}, {os.cpu_count()} CPUs")
    kept = True
    for stacks, bar in ((6_000, 1.0), (200_000, BAR_TIMES_FASTER)):
        profile = heap_profile(folder, toolchain, stacks)
        ours, theirs = [], []
        for turn in range(rounds):
            ours.append(goom_top(profile))
            order = () if turn % 2 == 0 else ("-cum",)
            theirs.append(pprof_top(pprof, profile, environment, order))
            check_equal(json_rows(ours[-1]), rows_of(theirs[-1].output))
        size = profile.stat().st_size / 1e6
        faster, share = compare(f"{stacks:,} stacks, {size:.1f} MB gzipped", ours, theirs)
        kept &= faster >= bar and (stacks < 200_000 or share <= BAR_MEMORY_SHARE)
    million = goom_top(made_up_profile(folder, 1_000_000), "space")
    print(f"\n1,000,000 samples of 40 frames: {million.wall_seconds:.2f} s wall, "
          f"{million.peak_bytes / (1 << 20):.0f} MiB peak (bar: 1024)")  # fmt: skip
    return kept and million.peak_bytes <= BAR_MILLION_BYTES


def json_rows(one: Run) -> Rows:
    """The rows that the child printed."""
    return {name: (flat, cum) for name, (flat, cum) in json.loads(one.output).items()}


def go_program(folder: Path) -> Path:
    """Write the program's source."""
    chance = random.Random(1)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "go.mod").write_text("module walkers\n\ngo 1.19\n")
    (folder / "main.go").write_text(_MAIN % _DEPTH)
    methods = (_method(number, chance) for number in range(METHODS))
    (folder / "steps.go").write_text("package main\n" + "".join(methods))
    return folder


def _method(number: int, chance: random.Random) -> str:
    calls = "".join(
        f"\tcase {case}:\n\t\tw.step{chance.randrange(METHODS)}(depth - 1)\n"
        for case in range(CALLS)
    )
    return (
        f"\nfunc (w *walker) step{number}(depth int) {{\n"
        "\tif depth == 0 {\n\t\tw.kept = &record{next: w.kept}\n\t\treturn\n\t}\n"
        f"\tswitch w.turn() % {CALLS} {{\n{calls}\t}}\n}}\n"
    )


def heap_profile(folder: Path, toolchain: Toolchain, stacks: int) -> Path:
    """Run the program until its heap profile holds so many stacks."""
    profile = folder / f"heap-{stacks}.pb.gz"
    if not profile.exists():
        binary = build(go_program(folder / "walkers"), toolchain)
        subprocess.run([binary, str(stacks), profile], check=True)
    return profile


def made_up_profile(folder: Path, samples: int) -> Path:
    """A raw profile of very many samples over 4,000 functions, 40 frames each."""
    profile = folder / f"made-up-{samples}.pb"
    if not profile.exists():
        with profile.open("wb") as file:
            file.writelines(_records(samples, 4000, random.Random(2)))
    return profile


def _records(samples: int, functions: int, chance: random.Random) -> Iterator[bytes]:
    for text in ("", "space", "bytes", *(f"example.com/app.step{n}" for n in range(functions))):
        yield b"\x32" + _sized(text.encode())
    yield b"\x0a" + _sized(b"\x08\x01\x10\x02")
    for number in range(1, functions + 1):
        yield b"\x2a" + _sized(b"\x08" + _varint(number) + b"\x10" + _varint(number + 2))
        line = b"\x22" + _sized(b"\x08" + _varint(number) + b"\x10" + _varint(number % 900 + 1))
        yield b"\x22" + _sized(b"\x08" + _varint(number) + line)
    halves = [
        b"".join(_varint(chance.randrange(1, functions + 1)) for _ in range(20))
        for _ in range(5000)
    ]
    for _ in range(samples):
        stack = chance.choice(halves) + chance.choice(halves)
        value = b"\x10" + _varint(chance.randrange(1, 1 << 20))
        yield b"\x12" + _sized(value + b"\x0a" + _sized(stack))


def _sized(content: bytes) -> bytes:
    return _varint(len(content)) + content


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 127:
        encoded.append(value & 127 | 128)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--go", default="newest", help="the version of Go")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--inputs", default="", help="where profiles are kept; else nowhere")
    options = parser.parse_args()
    if options.inputs:
        folder = Path(options.inputs)
        folder.mkdir(parents=True, exist_ok=True)
        return 0 if measure(folder, options.go, options.rounds) else 1
    with tempfile.TemporaryDirectory() as temporary:
        return 0 if measure(Path(temporary), options.go, options.rounds) else 1


if __name__ == "__main__":
    sys.exit(main())
