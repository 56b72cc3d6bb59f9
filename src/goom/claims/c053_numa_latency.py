"""On four nodes allocation falls from 83 to 41 ns and remote access from 37 % to 9 %."""

from __future__ import annotations

from pathlib import Path

from goom.case.claim import Figures, Judgement, Statement, cannot_measure, does_not_hold
from goom.claims.bench.bench import Bench
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import number

_NODES = Path("/sys/devices/system/node")


def measure(bench: Bench) -> Figures:
    """How many nodes this machine has, and whether the runtime has any code that could do it."""
    words = r"(?i)\b(numa\w*|mbind|set_mempolicy|getcpu)\b"
    return {
        go.version: {
            "nodes_here": len(list(_NODES.glob("node[0-9]*"))),
            "mentions_in_source": len(go.source.find(words, "runtime", code_only=True)),
        }
        for go in bench.versions
    }


def judge(figures: Figures) -> Judgement:
    """One node shows nothing; several nodes and no mechanism refute it."""
    nodes = min(number(row, "nodes_here") for row in figures.values())
    mechanism = any(number(row, "mentions_in_source") > 0 for row in figures.values())
    if nodes < 2:
        also = "" if mechanism else "; no version has code that could cause it (C051)"
        return cannot_measure(f"this machine has {nodes:.0f} NUMA node{also}")
    if mechanism:
        return cannot_measure("the machine of the article is not described")
    return does_not_hold(f"with {nodes:.0f} nodes here, no version has code that could cause it")


CLAIM = Claim(
    Statement(
        id="C053",
        chapter="2.4",
        statement=(
            "On a four-node EPYC 1.22 halves allocation latency (83 to 41 ns) and cuts remote "
            "access from 37 % to 9 %."
        ),
        method="the number of nodes of this machine; code for nodes in the runtime",
        rule=(
            "cannot be measured on one node; does not hold where there are several and the "
            "runtime has no code for them"
        ),
        truth=(
            "No mechanism for it exists (C051). Where it matters, bind the process to a node "
            "(numactl, CPU sets) and watch node-load-misses."
        ),
    ),
    measure,
    judge,
)
