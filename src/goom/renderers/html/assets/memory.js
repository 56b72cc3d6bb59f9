// Memory over time, and beneath it whatever else was counted over the same time.
const CURVES = {
  usage: { colour: "var(--c-usage)", width: 2, area: true },
  limit: { colour: "var(--c-limit)", dash: "7 4", named: true },
  gomemlimit: { colour: "var(--c-gomemlimit)", dash: "2 4", named: true },
  rss: { colour: "var(--c-rss)" },
  goal: { colour: "var(--c-goal)", width: 1.4 },
  marked: { colour: "var(--c-marked)", width: 2.4, dots: true },
  heap_end: { colour: "var(--c-heap)", off: true },
  heap_alloc: { colour: "var(--c-heap)", off: true },
  next_gc: { colour: "var(--c-goal)", width: 1.4 },
  sys: { colour: "var(--c-sys)", dash: "4 3", off: true },
};
const ORDER = Object.keys(CURVES);

function lineOf(track, looks) {
  return { key: track.key, label: track.label, times: track.time_seconds, values: track.values,
    step: track.step, ...looks };
}

function spanOf(report) {
  const { tracks, marks } = report.series;
  const known = tracks.filter((track) => track.time_seconds.length);
  const last = Math.max(...known.map((track) => track.time_seconds.at(-1)), ...marks.map((mark) => mark.at_seconds));
  const first = Math.min(0, ...known.map((track) => track.time_seconds[0]));
  const earliest = Math.min(...known.map((track) => track.time_seconds[0]));
  if (!Number.isFinite(last) || !known.length) return null;
  return { from: earliest > last / 2 ? earliest : first, to: last > first ? last : first + 1 };
}

function memoryLines(report) {
  const by = new Map(report.series.tracks.map((track) => [track.key, track]));
  return ORDER.filter((key) => by.has(key)).map((key) => {
    const track = by.get(key);
    return lineOf(track, { ...CURVES[key], off: by.has("marked") && (CURVES[key].off || key === "next_gc") });
  });
}

// A goal far over the limit, or a limit far over everything, would press the rest to the floor.
function heightOf(lines) {
  const most = (keys) => Math.max(0, ...lines.filter((line) => keys.includes(line.key)).map((line) => largest(line.values)));
  const used = most(["usage", "rss", "marked", "heap_alloc", "heap_end"]) || most(ORDER);
  const limit = most(["limit", "gomemlimit"]);
  return limit > 3 * used ? used * 1.5 : Math.max(limit, used) * 1.18;
}

function memorySection(report, span) {
  const lines = memoryLines(report);
  if (!span || !lines.length) return null;
  const marks = report.series.marks;
  const charts = [new TimeChart({
    title: "Memory", unit: "bytes", lines, marks, ...span, height: 340, ceiling: heightOf(lines),
  })];
  const by = new Map(report.series.tracks.map((track) => [track.key, track]));
  const endings = marks.filter((mark) => mark.kind !== "profile");
  const small = [
    ["Goroutines and threads", "count", [["goroutines", "var(--c-marked)"], ["threads", "var(--c-sys)", "4 3"]]],
    ["CPUs in use", "count", [["cpus", "var(--c-usage)"]]],
    ["GC CPU", "fraction", [["gc_cpu_now", "var(--c-goal)"], ["gc_cpu", "var(--c-marked)", "5 3"]]],
  ];
  for (const [title, unit, wanted] of small) {
    const shown = wanted.filter(([key]) => by.has(key)).map(([key, colour, dash]) => lineOf(by.get(key),
      { colour, dash, width: 1.6, step: key === "gc_cpu_now" || key === "goroutines", dots: key === "goroutines" }));
    if (shown.length) charts.push(new TimeChart({ title, unit, lines: shown, marks: endings, ...span, height: 150 }));
  }
  const profiles = marks.filter((mark) => mark.kind === "profile").length;
  const lead = `One cursor for all charts. ${profiles ? `The ${profiles} small triangles are profiles that were taken. ` : ""}`
    + "Press a name to hide its curve.";
  const [main, ...others] = charts.map((chart) => chart.element);
  return section("memory", "Memory over time", lead, main, el("div", { class: "small-charts" }, others));
}
