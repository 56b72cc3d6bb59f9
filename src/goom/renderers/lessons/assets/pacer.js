// The page about the pacer: two sliders choose among runs that were computed before.
const OFF = -1;
const gogcText = (gogc) => (gogc === OFF ? "off" : `${gogc}`);
const limitText = (limit) => (limit === null ? "none" : bytesText(limit).replace(".0 ", " "));
const limits = lesson.memory_limit_choices;

// Where the usual value stands, or the middle.
function usualPlace(values, usual) {
  const place = values.indexOf(usual);
  return place < 0 ? Math.floor((values.length - 1) / 2) : place;
}

const state = {
  era: lesson.era,
  scenario: lesson.scenarios[0].key,
  gogc: usualPlace(lesson.gogc_choices, 100),
  limit: limits.length - 1,
  followers: [],
  follow(tell) { this.followers.push(tell); tell(); },
  set(change) { Object.assign(this, change); for (const tell of this.followers) tell(); },
  run() { return this.runAt(this.gogc, this.limit); },
  runAt(gogc, limit) {
    const place = lesson.choices[this.era][this.scenario][gogc][limit];
    return { ...opened(lesson.runs[place]), memory_limit_bytes: limits[limit] };
  },
};
const secondsOf = (scenario) => Math.max(...lesson.runs.filter((run) => run.scenario === scenario).map((run) => run.totals.seconds));

function explorePart() {
  const sliders = [slider("GOGC", lesson.gogc_choices.map(gogcText), state.gogc, (gogc) => state.set({ gogc })),
    slider("GOMEMLIMIT", limits.map(limitText), state.limit, (limit) => state.set({ limit }))];
  const told = el("div", { class: "told", "aria-live": "polite" });
  const figures = el("div", {});
  const { charts, show } = exploreCharts();
  state.follow(() => {
    const run = state.run();
    show(run);
    told.replaceChildren(el("ul", {}, run.sentences.map((sentence) => el("li", {}, sentence))));
    figures.replaceChildren(runFacts(run));
    sliders.forEach((one, index) => setSlider(one, index ? state.limit : state.gogc, index ? limits.map(limitText) : lesson.gogc_choices.map(gogcText)));
  });
  return part("explore", "The two knobs", "Two knobs, one goal", [
    `A program on ${countOf(lesson.procs, "P")}. Move the sliders and watch the goal: the heap follows it like a saw.`,
  ], el("div", { class: "explorer" },
    el("div", { class: "explorer-head" }, choice("Program", lesson.scenarios.map((one) => ({ key: one.key, label: one.title, note: one.sentence })), state.scenario, (scenario) => state.set({ scenario })),
      choice("Go", lesson.eras, state.era, (era) => state.set({ era }))),
    el("div", { class: "explorer-charts" }, charts), el("div", { class: "knobs" }, sliders), el("div", { class: "explorer-side" }, told, figures)));
}

function exploreCharts() {
  const run = state.run(), to = secondsOf(state.scenario);
  const heap = new TimeChart({ title: "Heap over time", unit: "bytes", lines: runLines(run), from: 0, to, height: 400, ceiling: lesson.ceilings[state.scenario] });
  const cpu = new TimeChart({ title: "CPU of the collector, of all Ps", unit: "fraction", lines: cpuLines(run), from: 0, to, height: 130, ceiling: 0.5 });
  const strip = new RegimeStrip();
  const out = el("p", { class: "leaves" });
  const show = (shown) => {
    const seconds = secondsOf(state.scenario);
    const marks = marksShown(shown);
    const bands = marks ? shown.trigger_at.map((at, index) => [at, shown.end_at[index]]) : [];
    heap.renew({ lines: runLines(shown), to: seconds, ceiling: lesson.ceilings[state.scenario], bands });
    cpu.renew({ lines: cpuLines(shown), to: seconds });
    strip.show(shown, seconds);
    out.textContent = leavesWords(shown);
  };
  return { charts: [heap.element, out, strip.element, cpu.element], show };
}

const marksShown = (run) => run.every === 1 && run.end_at.length > 0 && run.end_at.length <= 16;

function leavesWords(run) {
  const leaves = run.totals.peak_total_bytes > 1.06 * lesson.ceilings[state.scenario];
  const band = run.every > 1 ? `Every ${run.every === 2 ? "second" : `${run.every}th`} of ${countText(run.totals.cycles)} collections is drawn, as a band. ` : "";
  const stripes = marksShown(run) ? "Grey stripes: the collector marks. " : "";
  return kept(`${band}${stripes}${leaves ? `↑ It leaves the chart and comes to ${bytesText(run.totals.peak_total_bytes)}.` : ""}`);
}

function runFacts(run) {
  const { totals } = run;
  return factStrip([
    ["collections", countText(totals.cycles), `in ${secondsText(totals.seconds)}`],
    ["highest heap", bytesText(totals.peak_heap_bytes)],
    ["highest of all", bytesText(totals.peak_total_bytes), run.memory_limit_bytes === null ? "no limit" : `${percentText(totals.peak_total_bytes / run.memory_limit_bytes)} of the limit`],
    ["CPU of the collector", percentText(totals.gc_cpu_fraction)],
  ]);
}

function setSlider(element, index, labels) {
  const input = element.querySelector("input");
  if (Number(input.value) === index) return;
  input.value = index;
  input.setAttribute("aria-valuetext", labels[index]);
  element.querySelector("output").textContent = labels[index];
}

// All settings of one program at a glance: memory against CPU. A cell chooses its run.
function matrixPart() {
  const table = el("div", {});
  const cell = (gogc, limit) => {
    const run = state.runAt(gogc, limit);
    const here = gogc === state.gogc && limit === state.limit;
    const over = run.memory_limit_bytes !== null && run.totals.peak_total_bytes > run.memory_limit_bytes;
    return el("td", {}, el("button", { type: "button", class: `cell-button ${here ? "here" : ""} ${over ? "over" : ""}`, "aria-pressed": String(here),
      style: { "--heat": `${Math.min(70, run.totals.gc_cpu_fraction * 200).toFixed(1)}%` },
      "aria-label": `GOGC ${gogcText(lesson.gogc_choices[gogc])}, GOMEMLIMIT ${limitText(limits[limit])}: ${bytesText(run.totals.peak_total_bytes)}, ${percentText(run.totals.gc_cpu_fraction)} CPU${over ? ", over the limit" : ""}`,
      onclick: () => state.set({ gogc, limit }) },
    el("b", {}, bytesText(run.totals.peak_total_bytes)), el("span", {}, `${percentText(run.totals.gc_cpu_fraction)} CPU`), over ? el("i", {}, "over the limit") : null));
  };
  state.follow(() => {
    const kept = table.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
    table.replaceChildren(el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "All settings" }, el("table", { class: "matrix" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "GOMEMLIMIT"), lesson.gogc_choices.map((gogc) => el("th", { scope: "col" }, `GOGC ${gogcText(gogc)}`)))),
      el("tbody", {}, limits.map((limit, row) => el("tr", {}, el("th", { scope: "row" }, limitText(limit)), lesson.gogc_choices.map((_, column) => cell(column, row))))))));
    if (kept) [...table.querySelectorAll("button")].find((one) => one.getAttribute("aria-label") === kept)?.focus();
  });
  return part("matrix", "All settings", "Memory against CPU, all settings at a glance", [
    "Each cell is one run of the program chosen above: the most memory it ever had, and what the collector took of the CPU. Press a cell to see its run.",
    "To the left and upwards the collector works more and the memory is less, until what is reachable does not let it be less.",
  ], el("div", { class: "plot" }, table));
}

function versionsPart() {
  const looks = [{ colour: "var(--c-marked)", dash: "7 4", width: 1.8 }, { colour: "var(--c-usage)", width: 2 }, { colour: "var(--c-heap)", dash: "2 3", width: 2.4 }];
  const charts = lesson.compared.map((compared) => {
    const total = compared.by === "total";
    const lineOf = (told, index) => {
      const run = opened(told);
      const trigger = held(run, "trigger");
      return { key: run.go_version, label: `Go ${run.go_version}`, ...looks[index % looks.length],
        ...(total ? totalCurve(run) : { ...trigger, values: bytesOf(trigger.values) }) };
    };
    const limit = compared.runs[0].memory_limit_bytes, to = Math.max(...compared.runs.map((run) => run.totals.seconds));
    const lines = [...compared.runs.map(lineOf), limit === null ? null : { key: "limit", label: "GOMEMLIMIT", colour: "var(--c-limit)", dash: "9 4", width: 1.2, named: true, times: [0, to], values: [limit, limit] }].filter(Boolean);
    const chart = new TimeChart({ title: total ? "All that GOMEMLIMIT counts" : "Trigger", unit: "bytes", from: 0, to, height: 280, lines, cursor: newCursor() });
    return el("div", {}, el("h3", { class: "under" }, compared.title), el("p", { class: "lead" }, compared.sentence), chart.element, el("p", { class: "proof" }, el("span", {}, compared.source)));
  });
  return part("versions", "Versions", "What versions of Go changed", null, el("div", { class: "two" }, charts));
}

function leftOutPart() {
  return part("left-out", "Left out", "What this model leaves out", null, el("ul", { class: "left-out" }, lesson.not_modelled.map((text) => el("li", {}, text))));
}

assemble("The pacer", [
  "The pacer decides when Go collects garbage. It has one figure to aim at, the heap's goal, and two knobs that move it.",
], [explorePart(), matrixPart(), anatomyPart(), versionsPart(), saidPart(lesson.said), leftOutPart()]);
