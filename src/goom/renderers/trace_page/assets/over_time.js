// What happened when: heap and goal, goroutines, the collector, stops; one cursor for all.
const REASON_LOOKS = [
  ["var(--c-marked)", "triangle"], ["var(--c-goal)", "diamond"], ["var(--c-usage)", "circle"],
  ["var(--c-heap)", "square"], ["var(--c-sys)", "circle"], ["var(--c-gomemlimit)", "square"],
];

// On a phone a bucket would be narrower than a pixel: so many become one.
function coarser(timeline, many) {
  const folded = (values, fold) => {
    const parts = [];
    for (let at = 0; at < values.length; at += many) parts.push(fold(values.slice(at, at + many)));
    return parts;
  };
  const mean = (part) => part.reduce((sum, value) => sum + value, 0) / part.length;
  const most = (part) => part.reduce((high, value) => (value === null ? high : Math.max(high ?? value, value)), null);
  const means = ["marking", "stopped", "assisting", "running", "runnable"];
  return {
    ...timeline, width_seconds: timeline.width_seconds * many,
    ...Object.fromEntries(means.map((key) => [key, folded(timeline[key], mean)])),
    heap_peak_bytes: folded(timeline.heap_peak_bytes, most),
    lanes: timeline.lanes.map((lane) => ({ ...lane, assisting: folded(lane.assisting, mean) })),
  };
}

function timesOf(timeline) {
  return timeline.marking.map((_, index) => index * timeline.width_seconds);
}

function chartOf(timeline, options) {
  return new TimeChart({
    from: 0, to: timeline.duration_seconds,
    across: { ticks: ticksBetween, text: momentText }, ...options,
  }).element;
}

function stepsTo(timeline, values) {  // the last step goes on to the end
  return values.length ? [...values, values.at(-1)] : [];
}

function heapChart(timeline) {
  const at = timesOf(timeline);
  const seen = at.map((_, index) => index).filter((index) => timeline.heap_peak_bytes[index] !== null);
  return chartOf(timeline, {
    title: "Heap and goal", unit: "bytes", height: 260, bands: timeline.collections.length <= 400 ? timeline.collections : [],
    lines: [
      { key: "heap", label: "heap live", colour: "var(--c-usage)", width: 2, area: true,
        times: seen.map((index) => at[index]), values: seen.map((index) => timeline.heap_peak_bytes[index]) },
      { key: "goal", label: "goal", colour: "var(--c-goal)", step: true,
        times: [...timeline.goal_at_seconds, timeline.duration_seconds].slice(0, timeline.goal_at_seconds.length ? undefined : 0),
        values: stepsTo(timeline, timeline.heap_goal_bytes) },
    ],
  });
}

function countsChart(timeline, procs) {
  const times = timesOf(timeline);
  const line = (key, label, colour, more) => ({ key, label, colour, width: 1.4, times, values: timeline[key], ...more });
  return chartOf(timeline, {
    title: "Goroutines that want a P", unit: "count", height: 190,
    lines: [
      line("runnable", "runnable", "var(--c-marked)", { area: true }),
      line("running", "running", "var(--c-usage)"),
      line("assisting", "in an assist", "var(--c-goal)", { off: !timeline.assisting.some((value) => value > 0) }),
      { key: "procs", label: "Ps", colour: "var(--c-sys)", dash: "5 3", times: [0, timeline.duration_seconds], values: [procs, procs] },
    ],
  });
}

function collectorChart(timeline) {
  const times = timesOf(timeline);
  return chartOf(timeline, {
    title: "The collector's share of the time", unit: "fraction", height: 150, ceiling: 1,
    lines: [
      { key: "marking", label: "marking", colour: "var(--c-heap)", step: true, area: true, width: 1.2, times, values: timeline.marking },
      { key: "stopped", label: "world stopped", colour: "var(--sick)", step: true, times, values: timeline.stopped },
    ],
  });
}

function stopsChart(timeline) {
  const shown = timeline.stops.slice(0, REASON_LOOKS.length);
  if (!shown.length) return null;
  return chartOf(timeline, {
    title: "Stops of the world, the longest of each moment", unit: "seconds", log: true, height: 210,
    lines: shown.map((stop, index) => ({
      key: `stop-${index}`, label: stop.reason, colour: REASON_LOOKS[index][0], shape: REASON_LOOKS[index][1],
      times: stop.at_seconds, values: stop.seconds,
    })),
  });
}

function overTimeSection(report) {
  const timeline = window.innerWidth < 700 ? coarser(report.timeline, 4) : report.timeline;
  const shaded = timeline.collections.length && timeline.collections.length <= 400 ? " Grey: the collector marks." : "";
  return section("time", "Over time", `One cursor for all; each step is ${secondsText(timeline.width_seconds)}.${shaded}`,
    heapChart(timeline), countsChart(timeline, report.procs), timeline.lanes.length ? new Lanes(timeline).element : null,
    el("div", { class: "pair" }, collectorChart(timeline), stopsChart(timeline)));
}
