// One cycle of the pacer in slow motion: what is known at each step, and no more, is drawn.
const KNOWN_FROM = { marked: 0, goal: 1, trigger: 2 };

function anatomyPart() {
  let walk = null;
  const sketch = new Sketch("One cycle", (width, drawing) => drawCycle(drawing, width, walk.at));
  walk = new Walk({
    id: "anatomy", title: "One cycle of the pacer", stage: sketch.element,
    draw: (step) => { sketch.says(`${step.title}. ${step.text}`); sketch.again(); },
    extra: (step, at) => factStrip([
      ["heap", bytesText(step.heap_live_bytes)], ["marked", bytesText(step.heap_marked_bytes)],
      ["goal", at >= KNOWN_FROM.goal ? bytesText(step.goal_bytes) : "–"], ["trigger", at >= KNOWN_FROM.trigger ? bytesText(step.trigger_bytes) : "–"],
    ]),
  });
  walk.renew(lesson.anatomy);
  return part("cycle", "One cycle", "One cycle in slow motion", [
    lesson.anatomy_of, "Each step adds what Go knows then.",
  ], walk.element);
}

function drawCycle(sketch, width, at) {
  const steps = lesson.anatomy;
  const narrow = width < 560;
  const frame = { left: 8, right: narrow ? 66 : 170, top: 16, height: narrow ? 300 : 430 };
  const [from, to] = [steps[0].at_seconds, steps.at(-1).at_seconds];
  const most = Math.max(...steps.map((step) => Math.max(step.goal_bytes, step.heap_live_bytes)));
  const x = linearScale(from, to, frame.left, width - frame.right), y = linearScale(0, most * 1.04, frame.top + frame.height, frame.top);
  const floor = y(0), now = steps[at];
  marking(sketch, steps, at, x, frame);
  sketch.line("floor", frame.left, floor, width - frame.right, floor, "floor");
  level(sketch, "marked", now.heap_marked_bytes, { x, y, from, to }, at >= KNOWN_FROM.marked, narrow);
  level(sketch, "goal", steps[1].goal_bytes, { x, y, from, to }, at >= KNOWN_FROM.goal, narrow);
  level(sketch, "trigger", steps[1].trigger_bytes, { x, y, from, to }, at >= KNOWN_FROM.trigger, narrow);
  if (at >= KNOWN_FROM.goal) growthArrow(sketch, x(from) + (narrow ? 16 : 30), y(now.heap_marked_bytes), y(steps[1].goal_bytes));
  const seen = steps.slice(0, at + 1);
  const path = seen.map((step, index) => `${index ? "L" : "M"}${x(step.at_seconds).toFixed(1)},${y(step.heap_live_bytes).toFixed(1)}`).join("");
  sketch.put("heap area", "path", { d: `${path}L${x(now.at_seconds).toFixed(1)},${floor}L${x(from)},${floor}Z`, class: "heap-area" });
  sketch.put("heap", "path", { d: path, class: "heap-line" });
  sketch.put("now", "circle", { cx: x(now.at_seconds), cy: y(now.heap_live_bytes), r: 7, class: "heap-now" });
  sketch.word("seconds", x(now.at_seconds), floor + 18, secondsText(now.at_seconds - from), "soft-word", at > 4 ? "end" : "start");
  return floor + 26;
}

// From what was marked to the goal: what GOGC allows.
function growthArrow(sketch, x, low, high) {
  sketch.put("allowed", "path", { d: `M${x},${low - 4}V${high + 3}m-5,8l5,-8l5,8`, class: "allowed" });
  sketch.word("allowed says", x + 12, (low + high) / 2 - 18, "what GOGC allows", "level-word goal");
}

// The time in which marking goes on, as far as the story has come.
function marking(sketch, steps, at, x, { top, height }) {
  const began = steps.findIndex((step) => /^The trigger is/.test(step.title));
  if (began < 0 || at < began) return;
  const from = x(steps[began].at_seconds), until = x(steps[Math.min(at, steps.length - 2)].at_seconds);
  sketch.box("marking", from, top, Math.max(3, until - from), height, "marking-band");
  sketch.word("marking says", from - 6, top + 12, "marking", "soft-word", "end");
}

function level(sketch, name, value, { x, y, from, to }, known, narrow) {
  if (!known) return;
  const at = y(value);
  sketch.line(name, x(from), at, x(to), at, `level-line ${name}`);
  sketch.word(`${name} says`, x(to) + 8, at + 5, narrow ? name : `${name} ${bytesText(value)}`, `level-word ${name}`);
}
