"""Measures claims and judges them: what does not depend on time side by side, the rest alone."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial

from goom.case.claim import LedgerEntry, cannot_measure
from goom.case.errors import GoomError
from goom.claims.bench.bench import Bench, CannotMeasureError
from goom.claims.bench.claim import Claim
from goom.claims.bench.workers import Workers

_AT_ONCE = 2
Began = Callable[[Claim], None]


@dataclass(frozen=True, slots=True)
class Failure:
    """A measurement that went wrong: no verdict, and the run says so."""

    claim: Claim
    message: str


def measure_all(
    claims: tuple[Claim, ...], bench: Bench, began: Began = lambda _: None
) -> Generator[LedgerEntry | Failure]:
    """Each entry as soon as it is there, in no order.

    Close the iterator (``contextlib.closing``) to break off: all that it started is then killed.
    """
    workers = Workers(_AT_ONCE)
    measure = partial(_measure, bench=bench, began=began)
    try:
        yield from workers.together(measure, [claim for claim in claims if not claim.alone])
        yield from workers.one_by_one(measure, [claim for claim in claims if claim.alone])
    finally:
        workers.end()


def _measure(claim: Claim, bench: Bench, began: Began) -> LedgerEntry | Failure:
    began(claim)
    start = time.perf_counter()
    try:
        figures = claim.measure(bench)
        judgement = claim.judge(figures)
    except CannotMeasureError as why:
        figures, judgement = {}, cannot_measure(str(why))
    except GoomError as error:
        return Failure(claim, error.message)
    except Exception as error:  # one bad claim must not cost the others their twenty minutes
        if os.environ.get("GOOM_TRACEBACK"):
            raise
        return Failure(claim, f"a bug in its measurement: {type(error).__name__}: {error}")
    seconds = time.perf_counter() - start
    return LedgerEntry(
        statement=claim.statement, figures=figures, judgement=judgement, seconds=seconds
    )
