"""Each workload under each barrier, with the same operations and the same pace of the collector."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from goom.runtime.marking.barrier import BARRIERS, Barrier
from goom.runtime.marking.collector import Collector
from goom.runtime.marking.cost import Cost, cost
from goom.runtime.marking.marking import Marking
from goom.runtime.marking.mutator import perform
from goom.runtime.marking.workloads import WORKLOADS, Workload

OBJECTS = 2000
WORDS_PER_OPERATION = 2  # that the collector reads while the program does one operation


def compared(
    workloads: tuple[Workload, ...] = WORKLOADS, seed: int = 1, objects: int = OBJECTS
) -> Iterator[Cost]:
    """The figures of each workload under each barrier."""
    for workload in workloads:
        for barrier in BARRIERS:
            yield run(workload, barrier, seed, objects)


def run(workload: Workload, barrier: Barrier, seed: int = 1, objects: int = OBJECTS) -> Cost:
    """One mark phase from its start to its end while the workload goes on."""
    chance = Random(seed)
    marking = Marking(barrier, workload.graph(chance, objects))
    collector = Collector(marking)
    for operation in workload.operations(marking.graph, chance):
        while marking.is_stopped(operation.stack):
            collector.work(1)  # a goroutine whose stack is being read waits
        perform(marking, operation)
        collector.work(WORDS_PER_OPERATION)
        if collector.done:
            break
    return cost(workload.name, marking)
