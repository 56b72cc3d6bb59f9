// The page about write barriers.
function ruleOf(key) { return lesson.rules.find((rule) => rule.name === key); }

function storyPart() {
  let key = "none", walk = null;
  const rule = el("div", { class: "rule-box", "aria-live": "polite" });
  const sketch = new Sketch("Objects and pointers", (width, drawing) => drawGraph(drawing, width, walk.steps[walk.at], walk.at ? walk.steps[walk.at - 1] : null, lesson.places));
  const stepsOf = (name) => lesson.stories.find((story) => story.key === name).steps;
  const choose = (name) => {
    const done = programSteps(walk.steps, walk.at);
    key = name;
    rule.replaceChildren(...ruleWords(ruleOf(key)));
    walk.renew(stepsOf(key), placeAfter(stepsOf(key), done, walk.at));
  };
  walk = new Walk({
    id: "story", title: "A mark phase step by step", stage: sketch.element,
    head: [choice("Barrier", lesson.rules.map((one) => ({ key: one.name, label: one.title })), key, choose), rule],
    draw: (step) => { sketch.says(`${step.text} ${graphWords(step)}`); sketch.again(); },
    extra: (step, at) => [queues(step), at === walk.steps.length - 1 ? verdictBox(key) : null],
  });
  rule.replaceChildren(...ruleWords(ruleOf(key)));
  walk.renew(stepsOf(key));
  return part("story", "The story", "The program runs while the collector marks", [
    "White: not seen yet. Grey: seen, but its pointers are not read yet. Black: done. When nothing is grey any more, what is white is freed.",
    "Meanwhile the program moves pointers. Step through it without a barrier first, and watch the draft and the photo. Then choose a barrier: the place in the story stays.",
  ], walk.element, keyOf([["white", "white: not seen"], ["grey", "grey: seen, not read"], ["black", "black: read"], ["hidden", "in use, and the collector will miss it"], ["fresh", "pointer of this step"], ["gone", "pointer that this step removed"]]));
}

function ruleWords(rule) {
  return [el("pre", { class: "go-code" }, rule.code.join("\n")),
    el("p", {}, el("b", {}, `Used by ${rule.where}. `), rule.stacks, " ", rule.price)];
}

function programSteps(steps, at) {
  return steps.slice(0, at + 1).filter((step) => step.actor === "program").length;
}

// The step of another run at which the program has done as much; the same place where it did nothing yet.
function placeAfter(steps, done, at) {
  if (!done) return Math.min(at, steps.findIndex((step) => step.actor === "program") - 1);
  let count = 0;
  const place = steps.findIndex((step) => (count += step.actor === "program") === done);
  return place < 0 ? steps.length - 1 : place;
}

function queues(step) {
  const chips = (names) => (names.length ? names.map((name) => el("span", { class: "chip" }, name)) : el("span", { class: "soft" }, "empty"));
  return el("dl", { class: "queues" },
    el("dt", {}, "grey, to be read"), el("dd", {}, chips(step.queue)),
    step.buffer.length || step.barrier ? [el("dt", {}, "barrier's buffer"), el("dd", {}, chips(step.buffer))] : null);
}

function graphWords(step) {
  return step.objects.map((one) => `${one.name} is ${one.hidden ? "missed" : one.color}`).join(", ");
}

function verdictBox(key) {
  const story = lesson.stories.find((one) => one.key === key);
  return el("p", { class: `outcome ${story.safe ? "safe" : "unsafe"}` }, el("b", {}, story.safe ? "✓ Safe. " : "✗ Broken. "), story.verdict);
}

function endsPart() {
  const cards = lesson.stories.map((story) => {
    const last = story.steps.at(-1);
    const sketch = new Sketch(`${ruleOf(story.key).title}: ${graphWords(last)}`, (width, drawing) => drawGraph(drawing, Math.min(width, 540), last, null, lesson.places));
    return el("div", { class: "plot end" }, el("h3", {}, ruleOf(story.key).title), sketch.element, verdictBox(story.key));
  });
  return part("ends", "The ends", "The same story, five ends", [
    "The program did the same each time. What is marked at the end differs.",
  ], el("div", { class: "ends" }, cards));
}

// What the costs are counted in: a name, what it means, and the figures that it adds up.
const MEASURES = [
  ["Read with the world stopped", "words; nothing else runs meanwhile", ["stopped_slots", "stopped_fields"]],
  ["Read in all", "words, by the collector", ["mark_work"]],
  ["Barrier runs", "pointer writes of the program while marking", ["barrier_hits"]],
  ["Shades", "pointers that the barrier hands over", ["shades"]],
  ["Garbage kept", "objects marked that nobody can reach", ["floating_born", "floating_died"]],
  ["Lost", "objects in use that are freed", ["lost_objects"]],
];

function costsPart() {
  if (!lesson.costs.length) return null;
  const names = [...new Set(lesson.costs.map((cost) => cost.workload))];
  const bars = el("div", { class: "measures" });
  const show = (name) => bars.replaceChildren(...MEASURES.map((measure) => measureCard(measure, lesson.costs.filter((cost) => cost.workload === name))));
  show(names[0]);
  return part("costs", "Costs", "What each costs, in units of work", [
    "Programs that change pointers as real ones do, each under every barrier, with the same operations. These are counts of work, not times.",
  ], el("div", { class: "plot" },
    choice("Program", names.map((name) => ({ key: name, label: name, note: lesson.workloads[name] || "" })), names[0], show), bars));
}

function measureCard([title, meaning, fields], costs) {
  const sums = costs.map((cost) => fields.reduce((sum, field) => sum + cost[field], 0));
  const most = Math.max(...sums, 1);
  return el("div", { class: `measure ${fields[0] === "lost_objects" ? "of-lost" : ""}` }, el("h4", {}, title), el("p", {}, meaning),
    el("ul", {}, costs.map((cost, index) => el("li", {},
      el("span", {}, SHORT[cost.barrier] || cost.barrier),
      el("span", { class: "measure-track", "aria-hidden": "true" }, el("span", { style: { width: `${((100 * sums[index]) / most).toFixed(1)}%` } })),
      el("b", {}, countText(sums[index]))))));
}

const SHORT = { none: "none", dijkstra: "Dijkstra", yuasa: "Yuasa", hybrid: "hybrid", go: "Go" };

function searchPart() {
  if (!lesson.checks.length && !lesson.counterexample) return null;
  const bounds = [...new Set(lesson.checks.map((check) => check.bound))];
  return part("search", "The proof", "Every small program was tried", [
    "Each graph to start from, each operation of the program, each order of the steps, up to the stated bound. A barrier is safe there if no run loses an object that the program can reach.",
    "A search that finds nothing proves nothing unless it can find something. So parts of the barriers were taken away as well: what is needed is found out at once.",
  ], bounds.map((bound) => checksOf(bound, lesson.checks.filter((check) => check.bound === bound))), counterexample());
}

function checksOf(bound, checks) {
  const columns = [
    ["barrier", (check) => ruleOf(check.barrier)?.title || check.barrier],
    ["taken away", (check) => check.removed || "nothing", checks.some((check) => check.removed)],
    ["states met", (check) => countText(check.states)],
    ["runs", (check) => (check.runs === null ? "–" : countText(check.runs)), checks.some((check) => check.runs !== null)],
    ["loses an object?", (check) => (check.shortest === null ? "✓ no" : `✗ yes, after ${countOf(check.shortest, "step")}`)],
  ].filter(([, , shown = true]) => shown);
  return el("div", { class: "plot" }, el("h3", {}, `Bound: ${bound}; ${countOf(checks[0].graphs, "graph")} to start from`),
    tableOf(columns.map(([head]) => head), checks.map((check) => columns.map(([, cell]) => cell(check)))));
}

function counterexample() {
  if (!lesson.counterexample) return null;
  let walk = null;
  const sketch = new Sketch("The shortest loss", (width, drawing) => drawGraph(drawing, width, walk.steps[walk.at], walk.at ? walk.steps[walk.at - 1] : null, lesson.counterexample.places));
  walk = new Walk({ id: "loss", title: "The shortest run that loses an object", stage: sketch.element,
    draw: (step) => { sketch.says(`${step.text} ${graphWords(step)}`); sketch.again(); },
    extra: queues });
  walk.renew(lesson.counterexample.steps);
  return [el("h3", { class: "under" }, "The shortest loss without a barrier"), walk.element];
}

assemble("Write barriers", [
  "The collector reads the heap while the program rewrites it. A write barrier is the little work that the program does with each pointer write, so that nothing in use is overlooked.",
], [storyPart(), endsPart(), costsPart(), searchPart(), saidPart(lesson.said)]);
