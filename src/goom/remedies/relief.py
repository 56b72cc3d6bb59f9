"""What helps in the next five minutes where no setting does."""

from __future__ import annotations

from collections.abc import Iterator

from goom.case.units import bytes_text
from goom.case.verdict import Remedy, Verdict
from goom.rooms import remedy
from goom.signals.composition import Composition

# cause -> (title, action, effect, cost)
_RELIEF = {
    "goroutine_leak": (
        "Restart on a schedule until it is fixed",
        "Restart the pods one after the other before the count gets there; alert on go_goroutines.",
        "Each restart frees all that the goroutines hold.",
        "dropped connections",
    ),
    "heap_leak": (
        "Restart on a schedule until it is fixed",
        "Restart the pods one after the other before the limit is reached. GOMEMLIMIT would only "
        "turn the leak into a GC CPU spiral.",
        "Each restart starts again from an empty heap.",
        "cold caches, dropped connections",
    ),
    "fragmentation": (
        "Return the free pages once",
        "Call debug.FreeOSMemory after the big phase, or restart once it is over.",
        "Free pages go back at once; free slots in pinned spans do not.",
        "one full collection",
    ),
    "traffic_surge": (
        "Limit the concurrency in front of the service",
        "Set a connection or request limit in the proxy or ingress, and more replicas.",
        "Less work in flight for each process.",
        "refused requests at the peak",
    ),
    "pool_retention": (
        "Restart on a schedule until it is fixed",
        "Restart, or let the process idle through two collections: an idle sync.Pool is emptied.",
        "The pool starts again with small buffers.",
        "dropped connections",
    ),
    "stack_growth": (
        "Lower the number of goroutines that run the deep calls at once",
        "Limit connections or workers in the configuration or the proxy.",
        "Stack memory falls in proportion.",
        "less concurrency",
    ),
}

_MANY_FREE = 0.25  # of free slots in spans: less is not worth a call
_PINNED = (
    "Restart when the big phase is over",
    "Restart the pods one after the other once the phase that filled the spans is over.",
    "Spans that a few objects pin go back only with the process.",
    "cold caches, dropped connections",
)


@remedy
def relieve(verdict: Verdict, composition: Composition | None = None) -> Iterator[Remedy]:
    """One order for the cause, if there is one that helps at once."""
    if verdict.cause not in _RELIEF:
        return
    title, action, effect, cost = _RELIEF[verdict.cause]
    if verdict.cause == "fragmentation" and composition is not None:
        waste, free, _ = composition.lasting()
        if free < _MANY_FREE * waste:
            title, action, effect, cost = _PINNED
            effect = f"{effect} debug.FreeOSMemory would return {bytes_text(free)}."
    yield Remedy(
        code=f"relief_{verdict.cause}",
        when="now",
        order=20,
        title=title,
        action=action,
        effect=effect,
        cost=cost,
        safety="harmless",
        undo="nothing to undo",
    )
