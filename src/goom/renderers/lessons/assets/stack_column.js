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
  const ends = [top + height];
  if (old) ends.push(oneStack(sketch, "old", places[0], { ...step, stack_bytes: old }, scale, true));
  ends.push(oneStack(sketch, "now", old ? places[1] : places[0], step, scale, false));
  if (old) copyArrow(sketch, step, places[0] + column, places[1], scale);
  return Math.max(...ends) + 4;
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
  return labels(sketch, name, x + column + 9, stack, scale);
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

// Each label stands beside its part of the stack; where parts are small, labels move down. Returns where they end.
function labels(sketch, name, x, stack, { top, px, layout, narrow }) {
  const used = stack.used_bytes * px, size = stack.stack_bytes * px, guard = layout.guard_bytes * px;
  const asks = WANTS.has(stack.event);
  const calls = stack.depth ? [narrow ? compact(stack.depth, "call") : countOf(stack.depth, "call")] : [];
  const parts = [
    ["used", used / 2, [`${sizeWord(stack.used_bytes, narrow)}`, ...(narrow ? ["in use", ...calls] : [["in use", ...calls].join(", ")])]],
    asks ? ["wanted", used + 14, [`+ ${sizeWord(stack.frame_bytes, narrow)}?`]] : size - used - guard > 60 ? ["free", used + (size - used - guard) / 2, ["free"]] : null,
    ["guard", size - guard / 2, [`${layout.guard_bytes} B`, "guard"]],
  ].filter(Boolean);
  let end = top - 4;
  for (const [part, middle, lines] of parts) {
    const y = Math.max(top + middle - 8 * (lines.length - 1) + 4, end + 15);
    lines.forEach((line, index) => sketch.word(`${name} says ${part} ${index}`, x, y + 16 * index, line, part === "wanted" ? "alarm" : index || part === "free" ? "soft-word" : "strong"));
    end = y + 16 * (lines.length - 1) + 2;
  }
  return end;
}

function sizeWord(bytes, narrow) {
  return narrow && bytes >= 100000 ? bytesShort(bytes) : `${countText(bytes)} B`;
}

function compact(count, word) {
  return `${count.toLocaleString("en", { notation: "compact" })} ${word}${count === 1 ? "" : "s"}`;
}

function copyArrow(sketch, step, from, to, { top, px, narrow }) {
  const y = top + 6;
  const start = from + (narrow ? 66 : 150);
  if (to - start < 26) return;
  sketch.put("arrow", "path", { d: `M${start},${y}H${to - 10}m-7,-5l7,5l-7,5`, class: "arrow" });
  if (!narrow) sketch.word("arrow says", (start + to - 10) / 2, y - 9, "copied", "soft-word", "middle");
}
