// Two heaps page by page, side by side: what lives on decides what comes back.
function pagesPart() {
  const map = lesson.page_map;
  let walk = null;
  const heaps = map.stories.map((story, number) => {
    const sketch = new Sketch(story.title, (width, drawing) => drawPages(drawing, width, walk.steps[walk.at].heaps[number].pages));
    const figures = el("div", {}), words = el("p", { class: "heap-words" });
    return { sketch, figures, words, element: el("div", { class: "heap-map" }, el("h4", {}, story.title), el("p", { class: "heap-words" }, story.text), sketch.element, figures, words) };
  });
  walk = new Walk({
    id: "pages", title: "The heap page by page", kind: "maps", stage: el("div", { class: "heap-maps" }, heaps.map((one) => one.element)),
    draw: (step) => heaps.forEach((one, number) => showHeap(one, step.heaps[number])),
  });
  walk.renew(map.steps);
  return part("pages", "Pages", "Who lives on decides what comes back", [
    map.message,
    "Each cell is a page of 8 KiB. How full it is drawn is how much of its span is live.",
  ], walk.element, keyOf([["used", "in use and live"], ["held", "held by a span, but not live"], ["free", "free"], ["reserved", "returned to the system, or never used"]]));
}

function showHeap(one, heap) {
  one.sketch.says(heap.text);
  one.sketch.again();
  one.words.textContent = kept(heap.text);
  one.figures.replaceChildren(factStrip([
    ["live", bytesText(heap.live_bytes)], ["in spans", bytesText(heap.in_use_bytes)],
    ["free", bytesText(heap.free_bytes)], ["returned", bytesText(heap.released_bytes)],
  ]));
}

// A digit is a page in use: so many tenths of its span are live.
function drawPages(sketch, width, pages) {
  const columns = 64;
  const size = Math.floor((width / columns) * 10) / 10, gap = size > 6 ? 1 : 0.6;
  const tall = Math.max(size * 1.5, 9);
  const paths = { held: "", used: "", free: "", reserved: "" };
  [...pages].forEach((letter, index) => {
    const x = (index % columns) * size, y = Math.floor(index / columns) * tall;
    const cell = (top, height) => `M${x.toFixed(1)},${(y + top).toFixed(1)}h${(size - gap).toFixed(1)}v${height.toFixed(1)}h${(gap - size).toFixed(1)}z`;
    const full = tall - gap;
    if (letter === "f") paths.free += cell(0, full);
    else if (letter === "s") paths.reserved += cell(0, full);
    else {
      const live = Math.max(1, full * (Number(letter) + 0.5) / 9.5);
      paths.held += cell(0, full);
      paths.used += cell(full - live, live);
    }
  });
  for (const [kind, d] of Object.entries(paths)) sketch.put(kind, "path", { d: d || "M0,0", class: `cell page-${kind}` });
  return Math.ceil(pages.length / columns) * tall;
}
