// One or two stacks to scale, hanging from their high end: used, free, and the guard.
// Events at which a call waits for room.
const WANTS = new Set(["check fails", "newstack", "overflow"]);

function drawStacks(sketch, width, step, layout) {
  const narrow = width < 560;
  const height = narrow ? 350 : 470;
  const top = 46;
  const column = Math.min(190, width * (narrow ? 0.2 : 0.26));
  const tallest = Math.max(step.stack_bytes, step.old_stack_bytes || 0);
  const scale = { top, px: (height - 18) / tallest, column, narrow, layout };
  const places = [0, width * 0.51];
  const old = step.old_stack_bytes;
  if (old) oneStack(sketch, "old", places[0], { ...step, stack_bytes: old }, scale, true);
  oneStack(sketch, "now", old ? places[1] : places[0], step, scale, false);
  if (old) copyArrow(sketch, step, places[0] + column, places[1], scale);
  return top + height;
}

function oneStack(sketch, name, x, stack, scale, gone) {
  const { top, px, column, layout } = scale;
  const size = stack.stack_bytes * px, used = stack.used_bytes * px;
  const guard = Math.min(layout.guard_bytes * px, size);
  sketch.word(`${name} title`, x, 16, bytesShort(stack.stack_bytes), "size");
  sketch.word(`${name} role`, x, 34, gone ? "old stack, freed" : "stack", "soft-word");
  sketch.box(`${name} room`, x, top, column, size, `room ${gone ? "gone" : ""}`);
  sketch.box(`${name} used`, x, top, column, Math.max(used, 1), `used ${gone ? "gone" : ""}`);
  frames(sketch, name, x, stack, scale);
  sketch.box(`${name} guard`, x, top + size - guard, column, guard, `guard ${gone ? "gone" : ""}`);
  sketch.line(`${name} guard line`, x - 4, top + size - guard, x + column + 4, top + size - guard, "guard-line");
  if (WANTS.has(stack.event)) wanted(sketch, name, x, stack, scale);
  labels(sketch, name, x + column + 9, stack, scale);
}

// Single frames where they can be seen, at most a few hundred lines.
function frames(sketch, name, x, stack, { top, px, column, layout }) {
  const each = (stack.used_bytes - layout.entry_bytes) / Math.max(stack.depth, 1) * px;
  const lines = stack.depth && each >= 2.5
    ? Array.from({ length: stack.depth }, (_, index) => `M${x},${(top + layout.entry_bytes * px + index * each).toFixed(1)}h${column}`).join("") : "";
  sketch.put(`${name} frames`, "path", { d: lines || `M${x},${top}`, class: "frame-lines" });
}

function wanted(sketch, name, x, stack, { top, px, column }) {
  sketch.box(`${name} wanted`, x + 3, top + stack.used_bytes * px, column - 6, Math.max(8, Math.min(stack.frame_bytes * px, (stack.stack_bytes - stack.used_bytes) * px)), "wanted");
}

function labels(sketch, name, x, stack, { top, px, layout, narrow }) {
  const used = stack.used_bytes * px, size = stack.stack_bytes * px, guard = layout.guard_bytes * px;
  const usedAt = top + Math.max(12, used / 2);
  twoLines(sketch, `${name} says used`, x, usedAt, `${countText(stack.used_bytes)} B`, `in use${stack.depth ? `, ${countOf(stack.depth, "call")}` : ""}`, narrow);
  if (WANTS.has(stack.event)) {
    sketch.word(`${name} says wanted`, x, top + used + 14, `+ ${countText(stack.frame_bytes)} B?`, "alarm");
  } else if (size - used - guard > 60 && used / 2 < size - guard - 60) {
    sketch.word(`${name} says free`, x, top + used + (size - used - guard) / 2 + 8, "free", "soft-word");
  }
  const low = guard < 30 ? top + size : top + size - guard / 2;
  twoLines(sketch, `${name} says guard`, x, low - (narrow ? 3 : 6), `${layout.guard_bytes} B`, "guard", narrow);
}

function twoLines(sketch, name, x, y, first, second, narrow) {
  if (narrow) {
    const [one, two] = second.split(", ");
    sketch.word(name, x, y, first, "strong");
    sketch.word(`${name} two`, x, y + 16, one, "soft-word");
    if (two) sketch.word(`${name} three`, x, y + 32, two, "soft-word");
    return;
  }
  sketch.word(name, x, y, first, "strong");
  sketch.word(`${name} two`, x, y + 18, second, "soft-word");
}

function copyArrow(sketch, step, from, to, { top, px, narrow }) {
  const y = top + 6;
  const start = from + (narrow ? 66 : 150);
  if (to - start < 26) return;
  sketch.put("arrow", "path", { d: `M${start},${y}H${to - 10}m-7,-5l7,5l-7,5`, class: "arrow" });
  if (!narrow) sketch.word("arrow says", (start + to - 10) / 2, y - 9, "copied", "soft-word", "middle");
}
