// Objects, stacks and globals, and the pointers between them. Colour is never alone: white objects
// are hollow, grey ones hatched, black ones full; each says its colour in a letter.
const SIZES = [
  { until: 560, root: 78, gap: 26, width: 92, height: 34, across: 200, down: 66, between: 14 },
  { until: 860, root: 146, gap: 50, width: 100, height: 40, across: 210, down: 84, between: 40 },
  { until: Infinity, root: 156, gap: 90, width: 122, height: 48, across: 290, down: 112, between: 60 },
];

// frame: a step; before: the step that came before it, or null; places: object -> [column, row].
function drawGraph(sketch, width, frame, before, places) {
  const columns = 1 + Math.max(...Object.values(places).map(([column]) => column));
  const rows = 1 + Math.max(...Object.values(places).map(([, row]) => row));
  const size = SIZES.find((one) => width < one.until);
  const { root, gap, down } = size;
  const small = width < 560;
  const across = Math.min(size.across, (width - root - gap + size.between) / columns);
  const node = { width: Math.min(size.width, across - size.between), height: size.height, small };
  const rooted = rootBoxes(frame, root, small);
  const tall = Math.max(rows * down, rooted.height);
  const at = (name) => {
    const [column, row] = places[name];
    const inColumn = Object.values(places).filter(([one]) => one === column).length;
    const top = (tall - inColumn * down) / 2;
    return [root + gap + column * across, top + row * down + (down - node.height) / 2];
  };
  drawPointers(sketch, pointersOf(frame, rooted), before ? pointersOf(before, rooted) : null, at, node);
  drawRoots(sketch, frame, rooted, root, small);
  frame.objects.forEach((one) => drawObject(sketch, one, frame, at(one.name), node));
  return tall + 8;
}

function rootBoxes(frame, width, small) {
  const line = small ? 24 : 28, head = 26;
  let y = 0;
  const boxes = [frame.globals, ...frame.stacks].filter((one) => one.slots.length).map((one) => {
    const box = { one, y, height: head + one.slots.length * line + 6, head, line };
    y += box.height + 18;
    return box;
  });
  return { boxes, height: y - 18, width };
}

function slotAt(rooted, number, slot) {
  const box = rooted.boxes[number];
  return [rooted.width, box.y + box.head + slot * box.line + box.line / 2];
}

// All pointers: [key, from, to]; from is a point for a slot, or an object's name.
function pointersOf(frame, rooted) {
  const told = new Map();
  [frame.globals, ...frame.stacks].filter((one) => one.slots.length).forEach((root, number) => root.points_to.forEach((to, slot) => {
    if (to) told.set(`${root.name}.${root.slots[slot]} ${to}`, { from: slotAt(rooted, number, slot), to, root: true });
  }));
  frame.objects.forEach((one) => one.points_to.forEach((to, field) => {
    if (to) told.set(`${one.name}.${one.fields[field]} ${to}`, { from: one.name, to, field, fields: one.fields.length });
  }));
  return told;
}

function drawPointers(sketch, now, before, at, node) {
  for (const [key, pointer] of now) {
    const fresh = before && !before.has(key);
    curve(sketch, `p ${key}`, pointer, at, node, `pointer ${pointer.root ? "from-root" : ""} ${fresh ? "fresh" : ""}`);
  }
  if (!before) return;
  for (const [key, pointer] of before) {
    if (!now.has(key)) curve(sketch, `gone ${key}`, pointer, at, node, "pointer gone");
  }
}

function curve(sketch, name, pointer, at, node, look) {
  const [x1, y1] = typeof pointer.from === "string" ? leaving(pointer, at, node) : pointer.from;
  const [left, top] = at(pointer.to);
  const middle = top + node.height / 2;
  if (left + node.width / 2 < x1) backwards(sketch, name, [x1, y1], [left + node.width + 3, middle + (y1 > middle ? 6 : -6)], look);
  else forwards(sketch, name, [x1, y1], [left - 3, middle], look);
}

function forwards(sketch, name, [x1, y1], [x2, y2], look) {
  const bend = Math.max(6, Math.abs(x2 - x1) * 0.45);
  pointer(sketch, name, `M${x1},${y1}C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`, `M${x2 - 6},${y2 - 4}L${x2},${y2}L${x2 - 6},${y2 + 4}`, look);
}

// To the same column, or to itself: around the outside.
function backwards(sketch, name, [x1, y1], [x2, y2], look) {
  const out = Math.max(x1, x2) + 34;
  pointer(sketch, name, `M${x1},${y1}C${out},${y1} ${out},${y2} ${x2},${y2}`, `M${x2 + 6},${y2 - 4}L${x2},${y2}L${x2 + 6},${y2 + 4}`, look);
}

function pointer(sketch, name, line, tip, look) {
  sketch.put(name, "path", { d: line, class: look });
  sketch.put(`${name} tip`, "path", { d: tip, class: `${look} tip` });
}

function leaving(pointer, at, node) {
  const [x, y] = at(pointer.from);
  return [x + node.width, y + (node.height * (pointer.field + 1)) / (pointer.fields + 1)];
}

function drawRoots(sketch, frame, rooted, width, small) {
  rooted.boxes.forEach(({ one, y, height, head, line }) => {
    const read = one.color === "black";
    sketch.box(`r ${one.name}`, 0, y, width, height, `root ${one.color}`, { rx: 6 });
    sketch.word(`r ${one.name} says`, 8, y + 17, small ? one.name.replace("goroutine", "gorout.") : one.name, "strong small-word");
    if (!small) sketch.word(`r ${one.name} read`, width - 8, y + 17, read ? "read" : "not read", `small-word ${read ? "good-word" : "soft-word"}`, "end");
    one.slots.forEach((slot, index) => {
      const middle = y + head + index * line + line / 2;
      sketch.word(`r ${one.name} ${slot}`, 10, middle + 4, slot, "slot-name");
      const to = one.points_to[index];
      sketch.put(`r ${one.name} ${slot} dot`, "circle", { cx: width - 10, cy: middle, r: to ? 4 : 2.5, class: to ? "slot-dot" : "slot-dot empty" });
    });
  });
}

function drawObject(sketch, one, frame, [x, y], node) {
  const lost = frame.lost.includes(one.name), kept = frame.floating.includes(one.name);
  const look = ["object", one.color, one.reachable ? "" : "garbage", one.hidden || lost ? "hidden" : "", lost ? "lost" : ""].join(" ");
  if (frame.turned_grey.includes(one.name)) sketch.box(`o ${one.name} ring`, x - 5, y - 5, node.width + 10, node.height + 10, "ring", { rx: 12 });
  sketch.box(`o ${one.name} paper`, x, y, node.width, node.height, "object-paper", { rx: 8 });
  sketch.box(`o ${one.name}`, x, y, node.width, node.height, look, { rx: 8 });
  if (lost) sketch.put(`o ${one.name} cross`, "path", { d: `M${x},${y}l${node.width},${node.height}M${x + node.width},${y}l${-node.width},${node.height}`, class: "cross" });
  sketch.word(`o ${one.name} says`, x + node.width / 2, y + node.height / 2 + 5, one.name, `object-name ${lost ? "lost" : one.color}`, "middle");
  const words = node.small ? ["freed!", "missed", "kept"] : ["freed, in use!", "will be missed", "kept garbage"];
  const word = lost ? words[0] : one.hidden ? words[1] : kept ? words[2] : one.reachable ? one.color : "garbage";
  sketch.word(`o ${one.name} is`, x + node.width / 2, y + node.height + 14, word, `object-word ${one.hidden || lost ? "alarm-word" : ""}`, "middle");
}
