"""What survives fits at the base rate and follows a burst of work over the limit."""

from __future__ import annotations

from goom.case.evidence_words import HEAP_PROFILE_OF_BURST
from goom.case.units import bytes_text
from goom.case.verdict import Hypothesis
from goom.case.weighing import Weighing
from goom.rooms import detector
from goom.signals import blame
from goom.signals.burst import Burst
from goom.signals.course import Course
from goom.signals.growth import Growth
from goom.signals.site_growth import SiteGrowth
from goom.signals.trend import ramp


@detector("traffic_surge")
def traffic_surge(
    burst: Burst, course: Course, growth: Growth | None, sites: SiteGrowth | None
) -> Hypothesis:
    """What survives fits at the base rate and follows a burst of work over the limit.

    What it sees:
        A flat base, then a steep rise of what is reachable together with the rate of work
        (allocation, CPU, goroutines in flight).

    Why it hurts:
        Work in flight is live memory: without a bound on how much is admitted at once, a burst
        of requests takes what no collector can free.

    How sure:
        The base must be long enough to show that it is flat, and the work must rise with the
        memory. When the burst passed and memory fell again, it is nearly certain.

    What else looks like this:
        A leak whose rate follows the traffic (its base rises too); one large batch job.

    References:
        gctrace (allocation between marks); Little's law, J. D. C. Little (1961).
    """
    weighing = Weighing()
    harm, onset = course.harm, course.onset
    weighing.plus(5.0 * burst.strength, burst.text, "memory and work over time")
    weighing.minus(
        3.0 * ramp(burst.strength, 0.4, 0.1), "no flat base and burst of work", "memory over time"
    )
    if onset is not None and burst.strength > 0.1:
        weighing.plus(
            1.0 * ramp(onset.fell_fraction, 0.4, 0.8),
            f"{onset.fell_fraction:.0%} of the rise was given back after it",
            "memory over time",
        )
    if growth is not None and burst.strength > 0.1:
        share = growth.grown_share(growth.grown_marked + max(growth.grown_stacks, 0.0))
        text = f"{share:.0%} of what grew is reachable heap and stacks"
        weighing.plus(1.0 * ramp(share, 0.3, 0.6), text, growth.source)
        weighing.minus(2.0 * ramp(share, 0.3, 0.1), text, growth.source)
    weighing.plus(
        1.5 * harm.nearness * ramp(burst.strength, 0.1, 0.4), "the limit was reached", "memory"
    )
    weighing.minus(
        4.0 * (1.0 - harm.nearness) * (harm.peak_fraction == harm.peak_fraction),
        f"the peak was {harm.peak_fraction:.0%} of the limit",
        "memory over time",
    )
    weighing.minus(2.5 * course.starting, "the peak belongs to the start", "memory over time")
    since = onset.onset_seconds if onset is not None else 0.0
    if sites is None:
        weighing.lacks(HEAP_PROFILE_OF_BURST)
    return weighing.hypothesis(
        "traffic_surge",
        _summary(course, burst),
        blame=blame.of_growth_since(sites, since, "the rise"),
        scenario="after_surge",
    )


def _summary(course: Course, burst: Burst) -> str:
    if course.onset is None:
        return burst.text
    return (
        f"The base is flat at {bytes_text(course.onset.base_bytes)}; a burst of work took "
        f"{bytes_text(course.onset.rise_bytes)} more."
    )
