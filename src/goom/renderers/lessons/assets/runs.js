// One run of the pacer as curves. Sizes come in KiB; charts want bytes.
const bytesOf = (kib) => kib.map((value) => value * 1024);

// A run as it came, with its columns added up again.
function opened(run) {
  if (run.steps) {
    for (const [name, steps] of Object.entries(run.steps)) {
      let sum = 0;
      run[name] = steps.map((step) => (sum += step));
    }
    for (const name of ["trigger_at", "end_at"]) run[name] = run[name].map((hundredths) => hundredths / 100);
    delete run.steps;
  }
  return run;
}

// Figures that hold from the end of one cycle to the end of the next, as steps.
function held(run, column) {
  const values = run[column];
  return { times: [0, ...run.end_at], values: values.length ? [...values, values.at(-1)] : [], step: true };
}

// Three vertices for each cycle, at its trigger, at its end and after it, between the first and the last.
function sawTooth(run, columns, place) {
  const inner = run.end_at.flatMap((_, index) => columns.map((column) => column[index]));
  return [run.ends[0][place], ...inner, run.ends[1][place]];
}

function sawTimes(run) {
  return [0, ...run.end_at.flatMap((end, index) => [run.trigger_at[index], end, end]), run.last_seconds];
}

function totalCurve(run) {
  return { times: sawTimes(run), values: bytesOf(sawTooth(run, [run.total_at_trigger, run.total_after, run.total_after], 1)) };
}

function runLines(run) {
  const goal = held(run, "goal"), trigger = held(run, "trigger");
  const limit = run.memory_limit_bytes;
  return [
    { key: "total", label: "all that GOMEMLIMIT counts", colour: "var(--c-sys)", width: 1.6, dash: "6 3", ...totalCurve(run) },
    heapLine(run),
    { key: "goal", label: "goal", colour: "var(--c-goal)", width: 1.8, ...goal, values: bytesOf(goal.values) },
    { key: "trigger", label: "trigger", colour: "var(--c-gomemlimit)", width: 1.3, dash: "2 3", ...trigger, values: bytesOf(trigger.values) },
    { key: "marked", label: "marked", colour: "var(--c-marked)", width: 1.6, dots: run.every === 1 && run.end_at.length < 70, times: run.end_at, values: bytesOf(run.marked) },
    limit === null ? null : { key: "limit", label: "GOMEMLIMIT", colour: "var(--c-limit)", width: 2, dash: "9 4", named: true, times: [0, run.last_seconds], values: [limit, limit] },
  ].filter(Boolean);
}

// The saw-tooth, or where not every cycle is drawn the band that its teeth fill.
function heapLine(run) {
  const look = { key: "heap", label: run.every > 1 ? "heap, from marked to its peak" : "heap", colour: "var(--c-usage)", width: 1.8 };
  if (run.every === 1) return { ...look, times: sawTimes(run), values: bytesOf(sawTooth(run, [run.at_trigger, run.at_end, run.marked], 0)), area: true };
  return { ...look, width: 1, times: run.end_at, values: bytesOf(run.at_end), lower: bytesOf(run.marked) };
}

function cpuLines(run) {
  return [
    { key: "gc", label: "collector", colour: "var(--c-goal)", width: 1.6, area: true, ...held(run, "gc_cpu") },
    { key: "assist", label: "of it, assists", colour: "var(--c-limit)", width: 1.6, dash: "4 3", ...held(run, "assist") },
  ];
}

// What decided the goal of each cycle, as one strip under the chart.
class RegimeStrip {
  constructor() {
    this.sketch = new Sketch("What decides the goal", (width, drawing) => (this.run ? this.draw(width, drawing) : 1));
    this.element = el("div", { class: "regimes" }, el("h3", {}, "What decides the goal"), this.sketch.element, this.words = el("div", {}));
  }

  show(run, seconds) {
    this.run = run;
    this.seconds = seconds;
    const seen = [...new Set(run.regimes)].sort();
    this.words.replaceChildren(seen.length ? keyOf(seen.map((regime) => [`regime r${regime}`, lesson.regime_words[regime]])) : el("p", { class: "note" }, "No cycle, no goal."));
    this.sketch.says(`What decides the goal: ${seen.map((regime) => lesson.regime_words[regime]).join(", ") || "nothing, there is no cycle"}`);
    this.sketch.again();
  }

  draw(width, drawing) {
    const x = linearScale(0, this.seconds, width < 480 ? 56 : 62, width - 12);
    const ends = this.run.end_at, regimes = [...this.run.regimes];
    drawing.box("all", x(0), 0, x(this.seconds) - x(0), 22, "regime none");
    let begun = 0, from = 0, count = 0;
    regimes.forEach((regime, index) => {
      if (regimes[index + 1] === regime) return;
      drawing.box(`part ${count += 1}`, x(from), 0, x(ends[index]) - x(from), 22, `regime r${regime}`);
      begun = index + 1;
      from = ends[index];
    });
    return 22;
  }
}
