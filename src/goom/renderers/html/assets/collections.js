// The collector's cycles: how long each phase took, and the cycles one by one.
function collectionsSection(report, span) {
  const seen = report.collections;
  if (!seen || !span) return null;
  const { columns, summary } = seen;
  const zero = report.series.zero_seconds;
  const started = zero !== null && seen.started_at_seconds !== null ? seen.started_at_seconds - zero : 0;
  const times = columns.at_seconds.map((at) => at + started);
  const phase = (label, key, colour, shape) => ({ key, label, colour, shape, times, values: columns[key] });
  const chart = new TimeChart({
    title: "How long each phase took", unit: "seconds", log: true, ...span, height: 260,
    marks: report.series.marks.filter((mark) => mark.kind !== "profile"),
    lines: [
      phase("mark, concurrent", "mark_seconds", "var(--c-usage)", "circle"),
      phase("mark termination, world stopped", "mark_termination_seconds", "var(--c-marked)", "triangle"),
      phase("sweep termination, world stopped", "sweep_termination_seconds", "var(--c-goal)", "diamond"),
      phase("assist CPU", "assist_cpu_seconds", "var(--c-heap)", "square"),
    ],
  });
  const every = seen.every > 1 ? ` Every ${seen.every}th is drawn.` : "";
  return section("collections", "Collections", `${countText(seen.count)} in the log.${every} Source: GODEBUG=gctrace=1.`,
    factStrip([
      ["collections", countText(seen.count), summary.forced ? `${summary.forced} forced` : ""],
      ["one every", secondsText(summary.every_seconds), "on average"],
      ["longest stop", secondsText(summary.longest_stop_seconds), `half are under ${secondsText(summary.median_stop_seconds)}`],
      ["longest mark", secondsText(summary.longest_mark_seconds), "concurrent"],
      ["mark assist", percentText(summary.assist_fraction), "of the CPU spent on marking"],
      ["GC CPU", percentText(summary.gc_cpu_fraction), "since the start, at the last cycle"],
    ]),
    chart.element, malformed(seen));
}

function factStrip(facts) {
  const known = facts.filter(([, value]) => value !== "unknown");
  return known.length < 2 ? null : el("dl", { class: "facts" }, known.map(([name, value, more]) =>
    el("div", {}, el("dt", {}, name), el("dd", {}, value, more ? el("small", {}, more) : null))));
}

function malformed(seen) {
  const parts = [];
  if (seen.go_fatal) parts.push(el("p", { class: "note" }, `Go's own words at the end: ${seen.go_fatal}`));
  if (seen.malformed_count) {
    parts.push(el("p", { class: "note" }, `${countOf(seen.malformed_count, "line")} of the log could not be read: `
      + seen.malformed.map(([line, why]) => `line ${line} (${why})`).join(", ")));
  }
  return parts;
}
