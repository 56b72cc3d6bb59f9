// The page about stacks.
function bytesShort(count) { return bytesText(count).replace(".0 ", " "); }

function growthPart() {
  let walk = null;
  const sketch = new Sketch("A goroutine's stack", (width, drawing) => drawStacks(drawing, width, walk.steps[walk.at], lesson.layout));
  const stepsOf = (key) => lesson.ways.find((one) => one.key === key).steps;
  walk = new Walk({
    id: "growth", title: "A stack grows and shrinks", stage: sketch.element,
    head: choice("What the goroutine does", lesson.ways, "asked", (key) => walk.renew(stepsOf(key))),
    draw: (step) => { sketch.says(`${step.title}. ${step.text}`); sketch.again(); },
    extra: (step, at) => [storyBars(walk.steps, at), factStrip([
      ["stack", bytesShort(step.stack_bytes)],
      ["in use", percentText(step.used_bytes / step.stack_bytes)],
      ["copies so far", countText(step.copies_so_far)],
      ["bytes copied so far", countText(step.copied_so_far_bytes)],
    ])],
  });
  walk.renew(stepsOf("asked"));
  return part("growth", "Growing", "A stack grows by moving", [
    "The picture shows the stack to scale. It hangs from its high end, because stacks grow towards low addresses.",
    "Step through it: watch what is copied, and what stays behind when the calls return.",
  ], walk.element, keyOf([["used", "in use"], ["room", "free"], ["guard", "guard: room for functions that do not check"]]));
}

// The size at every step as bars to scale, so that one sees where in the story one is.
function storyBars(steps, at) {
  const most = Math.max(...steps.map((step) => step.stack_bytes));
  return el("div", { class: "story", "aria-hidden": "true" }, steps.map((step, index) => el("span", { class: index === at ? "here" : null },
    el("i", { style: { height: `${Math.max(2, (100 * step.stack_bytes) / most)}%` } },
      el("b", { style: { height: `${(100 * step.used_bytes) / step.stack_bytes}%` } })))));
}

function curvePart() {
  const looks = [{ colour: "var(--c-goal)", dash: "2 3" }, { colour: "var(--live)" }, { colour: "var(--waste)", dash: "7 4" }, { colour: "var(--good)", dash: "1 3" }];
  const chart = new TimeChart({
    title: "Size of the stack against calls deep", unit: "bytes", from: 1, to: Math.max(...lesson.curves.map((one) => one.calls.at(-1))), height: 360, log: true, cursor: newCursor(),
    across: { log: true, ticks: depthTicks, text: (depth) => countText(Math.round(depth)), said: (depth) => countOf(Math.round(depth), "call") },
    lines: lesson.curves.map((one, index) => ({ key: `f${one.frame_bytes}`, label: `frames of ${one.frame_bytes} B`, width: 2.2, step: true,
      times: one.calls, values: one.stack_bytes, ...looks[index % looks.length] })),
  });
  return part("depth", "Depth", "Doubling keeps the cost of copying low", [
    `${lesson.growth_sentence} Each copy is paid for by as many calls as came before it.`,
    "The price is room: just after a growth, less than half of the stack is in use. Both axes are logarithmic.",
  ], chart.element);
}

function depthTicks(from, to, count) {
  const all = decades(from, to);
  return all.filter((_, index) => index % Math.ceil(all.length / Math.max(count, 3)) === 0);
}

function manyPart() {
  const { depths, stack_bytes: stacks, rows } = lesson.goroutines;
  const known = rows.flatMap((row) => row.stack_inuse_bytes).filter(Number.isFinite);
  const [least, most] = [Math.log(Math.min(...known)), Math.log(Math.max(...known))];
  const cell = (bytes) => (bytes === null ? el("td", { class: "number" }, "overflow") : el("td", { class: "number heat", style: { "--heat": `${(6 + (64 * (Math.log(bytes) - least)) / (most - least || 1)).toFixed(1)}%` } }, bytesShort(bytes)));
  const table = el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Memory of many goroutines" },
    el("table", { class: "heat-table" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "goroutines"), depths.map((depth) => el("th", { scope: "col", class: "number" }, depth ? countOf(depth, "call") : "no calls")))),
      el("tbody", {}, rows.map((row) => el("tr", { class: row.goroutines === lesson.question.goroutines ? "here" : null },
        el("th", { scope: "row" }, countText(row.goroutines)), row.stack_inuse_bytes.map(cell)))),
      el("tfoot", {}, el("tr", {}, el("th", { scope: "row" }, "one stack"), stacks.map((bytes) => el("td", { class: "number" }, bytes === null ? "overflow" : bytesShort(bytes)))))));
  return part("many", "Many goroutines", "What many goroutines hold", [
    `Each waits at that depth, with frames of ${lesson.question.frame_bytes} bytes. Held as \`MemStats.StackInuse\`; a span of small stacks is ${bytesShort(lesson.layout.span_bytes)}, so one goroutine alone holds a whole span.`,
    "Stacks are not part of the heap. The pacer counts them when it sets the heap's goal, and `GOMEMLIMIT` counts them too.",
  ], el("div", { class: "plot" }, table));
}

function startPart() {
  const most = Math.max(...lesson.start_steps.map((one) => one.starting_bytes));
  const rows = lesson.start_steps.map((one) => el("div", { class: "start-row" },
    el("span", {}, one.title),
    el("span", { class: "start-track" }, el("span", { style: { width: `${(100 * one.starting_bytes) / most}%` } })),
    el("b", {}, bytesShort(one.starting_bytes)), el("p", {}, one.text)));
  const { deep_used_bytes: deep, shallow_used_bytes: shallow } = lesson.start_steps[0];
  return part("start", "Start size", "The first size follows what was in use", [
    "A collection scans every stack. From what is in use on average follows the size that the next goroutines start with, if they reuse a dead one.",
    `Below, a deep goroutine uses ${countText(deep)} bytes, any other ${countText(shallow)}. A few deep ones raise the size for all.`,
  ], el("div", { class: "plot starts" }, rows));
}

function constantsPart() {
  const rows = lesson.constants.filter((one) => one.go_version === lesson.go_version);
  return part("constants", "Constants", `The figures of Go ${lesson.go_version}`, "Bytes, on 64-bit machines. The guard is the room for functions that do not check, and one small frame.",
    el("div", { class: "plot" }, tableOf(["platform", "smallest", "guard", "without check", "for the system", "small frame", "limit", "largest"],
      rows.map((one) => [one.platform, one.fixed_stack_bytes, one.guard_bytes, one.nosplit_bytes, one.system_bytes, one.small_frame_bytes, one.limit_bytes, one.largest_bytes]
        .map((cell) => (typeof cell === "number" ? countText(cell) : cell)))),
    el("h3", { class: "changes" }, "What versions changed"),
    el("ul", { class: "changes" }, lesson.changes.map((one) => el("li", {}, el("b", {}, one.go_version), " ", one.what)))));
}

assemble("Goroutine stacks", [
  `A goroutine starts with ${bytesShort(lesson.layout.fixed_stack_bytes)}. That is enough for a few calls. The rest of this page is what happens then.`,
], [growthPart(), curvePart(), manyPart(), startPart(), constantsPart(), saidPart(lesson.said)]);
