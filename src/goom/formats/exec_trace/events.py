"""What an execution trace's events are called and how many numbers each has, by version.

Source: internal/trace/tracev2/events.go (1.25 and newer), internal/trace/event/go122/event.go
(1.23, 1.24), internal/trace/v2/event/go122/event.go (1.22). Numbers never changed their meaning
since 1.22; newer versions added some.
"""

from __future__ import annotations

from enum import IntEnum
from types import MappingProxyType


class Event(IntEnum):
    """The numbers of the wire format."""

    EVENT_BATCH = 1
    STACKS = 2
    STACK = 3
    STRINGS = 4
    STRING = 5
    CPU_SAMPLES = 6
    CPU_SAMPLE = 7
    FREQUENCY = 8
    PROCS_CHANGE = 9
    PROC_START = 10
    PROC_STOP = 11
    PROC_STEAL = 12
    PROC_STATUS = 13
    GO_CREATE = 14
    GO_CREATE_SYSCALL = 15
    GO_START = 16
    GO_DESTROY = 17
    GO_DESTROY_SYSCALL = 18
    GO_STOP = 19
    GO_BLOCK = 20
    GO_UNBLOCK = 21
    GO_SYSCALL_BEGIN = 22
    GO_SYSCALL_END = 23
    GO_SYSCALL_END_BLOCKED = 24
    GO_STATUS = 25
    STW_BEGIN = 26
    STW_END = 27
    GC_ACTIVE = 28
    GC_BEGIN = 29
    GC_END = 30
    GC_SWEEP_ACTIVE = 31
    GC_SWEEP_BEGIN = 32
    GC_SWEEP_END = 33
    GC_MARK_ASSIST_ACTIVE = 34
    GC_MARK_ASSIST_BEGIN = 35
    GC_MARK_ASSIST_END = 36
    HEAP_ALLOC = 37
    HEAP_GOAL = 38
    GO_LABEL = 39
    USER_TASK_BEGIN = 40
    USER_TASK_END = 41
    USER_REGION_BEGIN = 42
    USER_REGION_END = 43
    USER_LOG = 44
    GO_SWITCH = 45
    GO_SWITCH_DESTROY = 46
    GO_CREATE_BLOCKED = 47
    GO_STATUS_STACK = 48
    EXPERIMENTAL_BATCH = 49
    SYNC = 50
    CLOCK_SNAPSHOT = 51
    END_OF_GENERATION = 52
    SPAN = 128
    SPAN_ALLOC = 129
    SPAN_FREE = 130
    HEAP_OBJECT = 131
    HEAP_OBJECT_ALLOC = 132
    HEAP_OBJECT_FREE = 133
    GOROUTINE_STACK = 134
    GOROUTINE_STACK_ALLOC = 135
    GOROUTINE_STACK_FREE = 136


_SHORT = {"gc": "GC", "stw": "STW", "cpu": "CPU"}


def wire_name(number: int) -> str:
    """The name that ``go tool trace -d=wire`` prints."""
    words = Event(number).name.lower().split("_")
    return "".join(_SHORT.get(word, word.capitalize()) for word in words)


# Numbers after the type byte of an event in a batch of a thread, the time included.
_ARGUMENTS = {
    1: "PROC_STOP GO_DESTROY GO_DESTROY_SYSCALL GO_SYSCALL_END GO_SYSCALL_END_BLOCKED STW_END "
    "GC_MARK_ASSIST_END",
    2: "GO_CREATE_SYSCALL GC_ACTIVE GC_END GC_SWEEP_ACTIVE GC_SWEEP_BEGIN GC_MARK_ASSIST_ACTIVE "
    "GC_MARK_ASSIST_BEGIN HEAP_ALLOC HEAP_GOAL GO_LABEL SPAN_FREE HEAP_OBJECT_FREE "
    "GOROUTINE_STACK_FREE",
    3: "PROCS_CHANGE PROC_START PROC_STATUS GO_START GO_STOP GO_BLOCK GO_SYSCALL_BEGIN STW_BEGIN "
    "GC_BEGIN GC_SWEEP_END USER_TASK_END GO_SWITCH GO_SWITCH_DESTROY HEAP_OBJECT "
    "HEAP_OBJECT_ALLOC GOROUTINE_STACK GOROUTINE_STACK_ALLOC",
    4: "PROC_STEAL GO_CREATE GO_UNBLOCK GO_STATUS USER_REGION_BEGIN USER_REGION_END "
    "GO_CREATE_BLOCKED SPAN SPAN_ALLOC",
    5: "USER_TASK_BEGIN USER_LOG GO_STATUS_STACK",
}
ARGUMENTS = MappingProxyType(
    {Event[name].value: count for count, names in _ARGUMENTS.items() for name in names.split()}
)

# The last number of the wire format that a version writes in the ordinary range.
NEWEST_EVENT = MappingProxyType({22: 44, 23: 49, 25: 51, 26: 52})
FIRST_WITH_EXPERIMENTS = 23
EXPERIMENTAL = range(128, 137)


def argument_table(version: int) -> bytes:
    """By type byte: how many numbers follow it; 0 where it may not stand in a thread's batch."""
    return bytes(ARGUMENTS.get(one, 0) if _known(one, version) else 0 for one in range(256))


def _known(number: int, version: int) -> bool:
    if number in EXPERIMENTAL:
        return version >= FIRST_WITH_EXPERIMENTS
    return number <= NEWEST_EVENT[version]
