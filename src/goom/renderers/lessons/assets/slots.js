// Close looks: what a slot and a span are spent on; a swept span is used again; a tiny block is packed.
function spentRows(request) {
  const eras = lesson.eras.map((era) => ({ era, here: request.eras[era.key].here }));
  const slotMost = Math.max(...eras.map(({ here }) => here.placement.slot_bytes));
  return eras.map(({ era, here }) => el("div", { class: "spent" },
    el("h4", {}, era.label, el("small", {}, spentWords(here))),
    el("div", { class: "spent-bars" },
      el("span", { class: "soft-word" }, "one slot"), partsBar(here.slot_parts, slotMost),
      el("span", { class: "soft-word" }, "its span"), partsBar(here.span_parts, here.span_bytes))));
}

function spentWords(here) {
  const { placement } = here;
  const many = here.share_a_block > 1 ? `, ${here.share_a_block} to a block` : "";
  const slots = here.objects_per_span > 1 ? `${countText(here.objects_per_span)} slots of ${countText(placement.slot_bytes)} B in ${bytesText(here.span_bytes)}${many}` : `a span of ${bytesText(here.span_bytes)} alone`;
  return `${slots}: ${here.bytes_each.toLocaleString("en", { maximumFractionDigits: 1 })} B each`;
}

function partsBar(parts, whole) {
  const words = parts.map((part) => `${part.label} ${countText(part.bytes)} B`).join(", ");
  return el("div", { class: "parts-bar", role: "img", "aria-label": words, title: words },
    parts.map((part) => el("span", { class: `piece ${part.key}`, style: { width: `${(100 * part.bytes) / whole}%` } },
      el("b", {}, `${countText(part.bytes)}`))));
}

function partsKey() {
  return keyOf([["requested", "asked for"], ["rounding", "rounded up to the class"], ["header", "type header"], ["heap_bits", "heap bits: where pointers are"], ["mark_bits", "mark bits"], ["tail", "tail: no further slot fits"]]);
}

function reusePart() {
  const { reuse } = lesson;
  let walk = null;
  const sketch = new Sketch("The slots of a span", (width, drawing) => drawReuse(drawing, width, walk.steps[walk.at]));
  walk = new Walk({ id: "reuse", title: "A swept span is used again", stage: sketch.element,
    draw: (step) => { sketch.says(step.title); sketch.again(); },
    extra: (step) => factStrip([["freeindex", countText(step.free_index)], ["slots taken", `${countText(step.taken.filter(Boolean).length)} of ${countText(reuse.slots)}`]]) });
  walk.renew(reuse.steps);
  return part("reuse", "Free slots", "How a free slot is found", [
    `After a collection a span has gaps. Here is one span of ${reuse.slots} slots, ${reuse.slot_bytes} bytes each.`,
    "There is no list of free slots. There are bitmaps, and a number below which nothing is free.",
  ], walk.element, keyOf([["used", "taken"], ["free", "free"], ["marked", "taken and marked"], ["given", "given to this request"], ["window", "the slots that allocCache shows"]]));
}

function drawReuse(sketch, width, step) {
  const kinds = step.taken.map((taken, at) => (at === step.given ? "given" : step.marked && step.marked[at] ? "marked" : taken ? "used" : "free"));
  const narrow = width < 560;
  const cells = drawCells(sketch, "slot", kinds, { y: 22, width, least: narrow ? 15 : 24, most: 40, gap: narrow ? 3 : 4 });
  const { size, tall, at } = cells;
  const shown = Math.min(step.taken.length, step.window + lesson.reuse.cache_slots);
  let outline = "";
  for (let slot = step.window; slot < shown; slot += 1) { const [x, y] = at(slot); outline += `M${x},${y + tall + 1.5}h${size}`; }
  sketch.put("window", "path", { d: outline || "M0,0", class: "window-line" });
  const [x, y] = at(Math.min(step.free_index, step.taken.length - 1));
  const end = step.free_index >= step.taken.length;
  sketch.put("freeindex", "path", { d: "M-5,-7h10l-5,6z", class: "freeindex", style: { transform: `translate(${x + (end ? size : size / 2)}px, ${y}px)` } });
  sketch.word("freeindex says", 0, 12, `▾ freeindex ${step.free_index}`, "strong small-word");
  return 22 + cells.height + 6;
}

function tinyPart() {
  const { tiny } = lesson;
  let walk = null;
  const sketch = new Sketch("Blocks of 16 bytes", (width, drawing) => drawTiny(drawing, width, walk.steps[walk.at]));
  walk = new Walk({ id: "tiny", title: "A tiny block is packed", stage: sketch.element,
    draw: (step) => { sketch.says(step.title); sketch.again(); } });
  walk.renew(tiny.steps);
  return part("tiny", "Tiny", "The tiny allocator packs, and knows no classes", [
    "Objects of fewer than 16 bytes without pointers share blocks of 16 bytes. Larger ones, and all with pointers, never do.",
    "A block is garbage only when everything in it is. One byte that is kept alive keeps the other 15.",
  ], walk.element);
}

function drawTiny(sketch, width, step) {
  const label = width < 560 ? 0 : 110, cell = Math.min(40, (width - label) / 16), tall = Math.min(34, Math.max(22, cell));
  const high = tall + (label ? 12 : 30);
  const all = lesson.tiny.steps.at(-1).blocks.length;
  step.blocks.forEach((block, number) => {
    const y = number * high + (label ? 0 : 18);
    const words = number === step.current ? "the P's block" : "left behind";
    sketch.word(`b${number} says`, 0, label ? y + tall / 2 + 5 : y - 5, words, number === step.current ? "strong small-word" : "soft-word small-word");
    sketch.box(`b${number}`, label, y, cell * 16, tall, "cell free");
    sketch.put(`b${number} grid`, "path", { d: Array.from({ length: 15 }, (_, at) => `M${label + (at + 1) * cell},${y}v${tall}`).join(""), class: "byte-lines" });
    block.forEach(([offset, size, request]) => {
      const last = number === step.placed && request === lesson.tiny.steps.indexOf(step) + 1;
      sketch.box(`o${request}`, label + offset * cell + 1, y + 1, size * cell - 2, tall - 2, `cell ${last ? "given" : "used"}`, { rx: 3 });
      sketch.word(`o${request} says`, label + (offset + size / 2) * cell, y + tall / 2 + 5, `${size}`, "on-used", "middle");
    });
  });
  return all * high + (label ? 0 : 8);
}
