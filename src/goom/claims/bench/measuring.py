"""Measures claims and judges them: what does not depend on time side by side, the rest alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from goom.case.claim import LedgerEntry, cannot_measure
from goom.case.errors import GoomError
from goom.claims.bench.bench import Bench, CannotMeasureError
from goom.claims.bench.claim import Claim

_AT_ONCE = 2
Began = Callable[[Claim], None]


@dataclass(frozen=True, slots=True)
class Failure:
    """A measurement that went wrong: no verdict, and the run says so."""

    claim: Claim
    message: str


def measure_all(
    claims: tuple[Claim, ...], bench: Bench, began: Began = lambda _: None
) -> Iterator[LedgerEntry | Failure]:
    """Each entry as soon as it is there, in no order."""
    together = [claim for claim in claims if not claim.alone]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        waiting = [pool.submit(_measure, claim, bench, began) for claim in together]
        try:
            for future in as_completed(waiting):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    for claim in claims:
        if claim.alone:
            yield _measure(claim, bench, began)


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
    seconds = time.perf_counter() - start
    return LedgerEntry(
        statement=claim.statement, figures=figures, judgement=judgement, seconds=seconds
    )
