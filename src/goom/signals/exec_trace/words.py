"""Names in an execution trace: a goroutine's start function, and the user's line of a stack."""

from __future__ import annotations

from goom.case.exec_trace import ExecutionTrace
from goom.case.names import place, short_function
from goom.signals.frames import is_standard_library

BEFORE_THE_TRACE = "(started before the trace)"


def entry_name(trace: ExecutionTrace, number: int) -> str:
    """A start function, or that it is not known."""
    return short_function(trace.strings[number]) or BEFORE_THE_TRACE


def own_line(trace: ExecutionTrace, stack: int) -> str:
    """The innermost line that is not Go's own, else the outermost there is: ``f  file.go:1``."""
    frames = trace.stacks[stack]
    if not frames:
        return ""
    own = [one for one in frames if not is_standard_library(one.function, one.file)]
    frame = own[0] if own else frames[-1]
    return f"{short_function(frame.function)}  {place(frame.file, frame.line)}".rstrip()
