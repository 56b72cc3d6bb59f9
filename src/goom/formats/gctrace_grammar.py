"""The lines that the Go runtime writes under gctrace, scavtrace and gcpacertrace, 1.19 to 1.27.

A trace line is looked for anywhere in a line of the log, since loggers and container runtimes put
their own text around it. Quantifiers are possessive and bounded, so matching is linear in the log,
and a number that no real heap can print does not match.
"""

from __future__ import annotations

import re

_MS = rb"\d{1,12}+(?:\.\d{1,3}+)?+"
_FLOAT = rb"(?:[+-]?\d{1,20}+(?:\.\d{1,20}+)?+(?:e[+-]?\d{1,4}+)?+|[+-]?Inf|NaN)"

# What a gctrace line is made of, in order, each with an example: gcMarkTermination, mgc.go.
_GC_PARTS: tuple[tuple[str, bytes, bytes], ...] = (
    ("cycle number", rb"\d{1,15}+ ", b"1 "),
    ("start time", rb"@\d{1,10}+\.\d{3}s ", b"@0.100s "),
    ("GC CPU", rb"(?:\d\d?+|100)%(?: \(checking for goroutine leaks\))?+: ", b"1%: "),
    ("clock times", _MS + rb"\+" + _MS + rb"\+" + _MS + rb" ms clock, ", b"1+1+1 ms clock, "),
    (
        "cpu times",
        _MS + rb"\+" + _MS + b"/" + _MS + b"/" + _MS + rb"\+" + _MS + b" ms cpu, ",
        b"1+1/1/1+1 ms cpu, ",
    ),
    ("heap sizes", rb"\d{1,9}+->\d{1,9}+->\d{1,9}+ MB, ", b"1->1->1 MB, "),
    ("goal", rb"\d{1,14}+ MB goal, ", b"1 MB goal, "),
    ("stacks", rb"\d{1,9}+ MB stacks, ", b"1 MB stacks, "),
    ("globals", rb"\d{1,9}+ MB globals, ", b"1 MB globals, "),
    ("number of procs", rb"[1-9]\d{0,5}+ P(?: \(forced\))?+(?!\w)", b"1 P"),
)
GC_NUMBERS = 18

# Each begins with a literal, which the engine searches for fast. Group 1 is a whole line, wherever
# it stands; a match without it is a line that went wrong, if no word ends there ("logc 1 @").
GC = re.compile(
    rb"gc (?:(" + b"".join(part for _, part, _ in _GC_PARTS) + rb")|(?<!\wgc )-?\d{1,30}+ @)"
)

_SCAV_END = rb"\d{1,9}+% util(?: \(forced\)| \[controller reset\])?+"
_KIB = rb"\d{1,13}+ KiB "
SCAV = re.compile(
    rb"scav (?:"
    rb"(" + _KIB + rb"work \(bg\), " + _KIB + rb"work \(eager\), " + _KIB + b"now, " + _SCAV_END
    + rb")|(" + _KIB + b"work, " + _KIB + b"total, " + _SCAV_END
    + rb")|(?<!\wscav )-?\d{1,30}+ KiB)"
)  # fmt: skip

_ASSIST = re.compile(
    rb"assist ratio=(" + _FLOAT + rb") \(scan (\d{1,9}+) MB in (\d{1,9}+)->(\d{1,14}+) MB\) "
    rb"workers=(-?\d{1,6}+)\+(" + _FLOAT + rb")"
)
_END = re.compile(
    rb"(\d{1,9}+)% CPU \(\d{1,9}+ exp\.\) for (\d{1,18}+)\+(\d{1,18}+)\+(\d{1,18}+) B work "
    rb"\((\d{1,18}+) B exp\.\) in (\d{1,18}+) B -> (\d{1,18}+) B "
    rb"\(\xe2\x88\x86goal (-?\d{1,20}+), cons/mark (" + _FLOAT + rb")\)(?:\[controller reset\])?"
)
_SWEEP = re.compile(
    rb"sweep done at heap size (\d{1,9}+)MB; allocated (\d{1,9}+)MB during sweep; "
    rb"swept (\d{1,15}+) pages at (" + _FLOAT + rb") pages/byte"
)
PACER = re.compile(rb"pacer: (?<!\wpacer: )(?=assist |-?\d+% CPU|sweep )")
PACER_KINDS = {"assist": _ASSIST, "end": _END, "sweep": _SWEEP}

FATAL = re.compile(
    rb"(?:^|[^\w\n])("
    rb"fatal error: (?:runtime: |out of memory|stack overflow|stack exceeds|failed to reserve|"
    rb"newosproc|concurrent map|all goroutines are asleep|unexpected signal|too many|"
    rb"cannot allocate|bad |found |sweep|out of handles|morestack)[^\n\"\\]{0,200}"
    rb"|runtime: out of memory[^\n\"\\]{0,200}"
    rb"|runtime: cannot allocate memory[^\n\"\\]{0,200}"
    rb"|runtime: goroutine stack exceeds \d+-byte limit"
    rb"|runtime: failed to create new OS thread[^\n\"\\]{0,200})",
    re.MULTILINE,
)

_RUNTIME_LINE = re.compile(
    rb"gc \d+ @|scav \d+ KiB work|pacer: (?:assist ratio=|\d+% CPU|sweep done)|"
    rb"scan: (?:total \d|class )|GC forced\s*$"
)


def is_runtime_line(line: bytes) -> bool:
    """Whether the runtime's collector wrote this line, as a child's stderr carries it."""
    return _RUNTIME_LINE.match(line) is not None


def holds_trace(line: bytes) -> bool:
    """Whether a line of a log holds a trace line, whatever a logger put around it."""
    return _RUNTIME_LINE.search(line) is not None


def is_fatal_line(line: bytes) -> bool:
    """Whether this line is Go's own fatal error."""
    return FATAL.match(line) is not None


def plain(text: bytes) -> bytes:
    """The log with what JSON loggers escape in trace lines put back; line breaks stay."""
    if b"\\u003e" in text:
        text = text.replace(b"\\u003e", b">")
    if b"\\u2206" in text:
        text = text.replace(b"\\u2206", b"\xe2\x88\x86")
    return text


def gc_reason(text: bytes) -> str:
    """Why a line that begins as a gctrace line is not one."""
    rest = text.removeprefix(b"gc ")
    for name, part, example in _GC_PARTS:
        found = re.match(part, rest)
        if found is None:
            return _part_reason(name, rest, part, example)
        rest = rest[found.end() :]
    return "something else after it"


def _part_reason(name: str, rest: bytes, part: bytes, example: bytes) -> str:
    if not rest:
        return f"cut off before the {name}"
    if any(re.fullmatch(part, rest + example[at:]) for at in range(len(example))):
        return f"cut off in the {name}"
    for pattern, reason in _MISSHAPEN:
        if re.match(pattern, rest[:80]):
            return reason.format(name)
    return f"something else in place of the {name}"


_MISSHAPEN = (
    (rb"[\d.>/+%@-]*?(?<!\d)-\d", "negative number in the {}"),
    (rb"\D{0,2}\d{10,}|\d{3,}%", "absurd number in the {}"),
    (rb"\d+ P\w", "something else written into its end"),
    (rb"\d+ P", "no stacks: written by Go 1.17 or older, which goom does not read"),
)
