"""What a line does when it allocates, told from the frames beneath it.

A heap profile hides the runtime's own leading frames (runtime/pprof/protomem.go), so ``growslice``
or ``concatstrings`` never stand in it. What does: packages above the runtime (``strings.Builder``,
``fmt``, ``encoding/json`` …), the sizes of the blocks, and in a CPU profile of the same process
the runtime's functions under the same line. What none of them shows is not guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from goom.case.profile import Frame, Profile
from goom.case.subject import Subject
from goom.signals.attribution import attribute

PLAIN = ""

_BENEATH = tuple(
    (re.compile(expression), pattern)
    for expression, pattern in (
        (r"^strings\.\(\*Builder\)\.", "builder_growth"),
        (r"^bytes\.(\(\*Buffer\)\.|growSlice)", "buffer_growth"),
        (r"^(io|io/ioutil)\.ReadAll$|^os\.ReadFile$", "reading_all"),
        (r"^encoding/json(/v2)?\.(Marshal|\(\*Encoder\)\.|MarshalWrite)", "json_encode"),
        (r"^encoding/json(/v2)?\.(Unmarshal|\(\*Decoder\)\.)", "json_decode"),
        (r"^regexp\.(Must)?Compile|^regexp\.Match", "regexp_compile"),
        (r"^regexp\.", "regexp_match"),
        (r"^fmt\.", "formatting"),
        (r"^time\.(After|Tick|NewTimer|NewTicker|AfterFunc)$", "timers"),
        (r"^strings\.(Repeat|Join|Replace|Map|To|Title)", "string_making"),
        (r"^(strings|bytes)\.(genSplit|Split|Fields)", "splitting"),
        (r"^(runtime|reflect)\.mapassign|^internal/runtime/maps\.|^maps\.", "map_growth"),
        (r"^(slices\.(Grow|Insert|Concat|Collect)|reflect\.(growslice|Append))", "slice_growth"),
        (r"^compress/|^(bufio)\.New(Reader|Writer|Scanner)", "fresh_buffers"),
        (r"^strconv\.(Format|Itoa|Quote|AppendQuote)", "number_to_string"),
        (r"^(errors\.|github\.com/pkg/errors\.)", "errors"),
        (r"^context\.", "contexts"),
        (r"^reflect\.", "reflection"),
    )
)
_RUNTIME = tuple(
    (re.compile(rf"^runtime\.({names})"), pattern)
    for names, pattern in (
        ("growslice|growsliceNoAlias|moveSlice", "slice_growth"),
        ("concatstring|concatbyte", "string_concat"),
        ("mapassign|hashGrow|growWork|makemap|mapinit", "map_growth"),
        ("slicebytetostring|slicerunetostring|intstring", "bytes_to_string"),
        ("stringtoslice", "string_to_bytes"),
        ("convT", "boxing"),
        ("makechan", "channels"),
        ("makeslice", "made_slices"),
        ("newobject|mallocgc", "new_objects"),
    )
)
_MOST_CPU_SAMPLES = 50_000
_RUNGS = 4
_IN_RUNGS = 0.8  # of the bytes
_MATTERS = 0.02  # of the bytes
_FEWEST_SAMPLES = 20
_STEP = (1.19, 2.6)  # growslice adds a quarter at least, rounded up to a size class
_SLICE_STEP = 1.7  # only slices and builders ever grow by less than doubling


@dataclass(frozen=True, slots=True)
class RuntimeCalls:
    """From a CPU profile: the patterns that the runtime's functions under a line stand for."""

    by_line: Mapping[tuple[str, int], Counter[str]]

    def pattern(self, frame: Frame) -> str:
        """The most frequent pattern under a line, "" when the CPU profile shows none."""
        seen = self.by_line.get((frame.function, frame.line))
        return seen.most_common(1)[0][0] if seen else PLAIN


def runtime_calls(cpu: Profile | None, subject: Subject) -> RuntimeCalls:
    """Gather them from the newest CPU profile; without one there are none."""
    by_line: dict[tuple[str, int], Counter[str]] = {}
    if cpu is None or not len(cpu):
        return RuntimeCalls(by_line)
    attribution = attribute(cpu, subject)
    for sample in range(min(len(cpu), _MOST_CPU_SAMPLES)):
        if attribution.lines[sample] < 0:
            continue
        beneath, _ = attribution.around(sample)
        pattern = _first_match(_RUNTIME, beneath[:1])
        if pattern:
            frame = attribution.frame(sample)
            seen = by_line.setdefault((frame.function, frame.line), Counter())
            seen[pattern] += int(cpu.values[sample, 0])
    return RuntimeCalls(by_line)


def visible_pattern(beneath: Sequence[Frame], caller: Frame | None) -> str:
    """The pattern that the frames of a heap profile show, "" when they show none."""
    if caller is not None and caller.function == "sync.(*Pool).Get":
        return "pool_new"
    return _first_match(_BENEATH, beneath) or _first_match(_RUNTIME, beneath[:1])


def _first_match(rules: Iterable[tuple[re.Pattern[str], str]], frames: Sequence[Frame]) -> str:
    for frame in frames:
        for expression, pattern in rules:
            if expression.match(frame.function):
                return pattern
    return PLAIN


def growth_by_sizes(objects_by_size: Mapping[int, float], period: int = 1) -> str:
    """``slice_growth`` or ``growth`` (a slice or a map) when the block sizes climb like one.

    What grows passes every rung: a few sizes, each a step above the last, about equally many of
    each. Varying sizes fill every size class instead, and fixed ones have no rungs. Nothing is
    said of a few samples: ``period`` is the profile's, in bytes.
    """
    bytes_by_size = {size: size * count for size, count in objects_by_size.items() if size > 0}
    total = sum(bytes_by_size.values())
    if total < _FEWEST_SAMPLES * period:
        return PLAIN
    rungs = _about_equally_many(objects_by_size, bytes_by_size)
    if len(rungs) < _RUNGS or sum(bytes_by_size[size] for size in rungs) < _IN_RUNGS * total:
        return PLAIN
    steps = [larger / smaller for smaller, larger in pairwise(rungs)]
    if not _STEP[0] <= min(steps) <= max(steps) <= _STEP[1]:
        return PLAIN
    return "slice_growth" if min(steps) < _SLICE_STEP else "growth"


def _about_equally_many(
    objects_by_size: Mapping[int, float], bytes_by_size: Mapping[int, float]
) -> list[int]:
    """The sizes that matter and are about as frequent as the one in the middle of the bytes."""
    total = sum(bytes_by_size.values())
    middle = seen = 0.0
    for size in sorted(bytes_by_size, key=lambda size: objects_by_size[size]):
        seen += bytes_by_size[size]
        middle = objects_by_size[size]
        if seen >= total / 2:
            break
    return sorted(
        size
        for size, weight in bytes_by_size.items()
        if weight > _MATTERS * total and middle / 3 <= objects_by_size[size] <= middle * 3
    )
