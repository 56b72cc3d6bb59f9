// The levels of the allocator, one below the other, and the request that travels through them.
const OFTEN_MOST = 7; // decades of "once per so many requests" that a bar shows

class Tower {
  constructor(levels) {
    this.rows = new Map(levels.map((level) => [level.key, this.row(level)]));
    this.token = el("div", { class: "token", "aria-hidden": "true" });
    this.trail = el("div", { class: "trail", "aria-hidden": "true" });
    this.element = el("div", { class: "tower" }, this.trail, [...this.rows.values()].map((row) => row.element), this.token);
    redrawn(this.element, () => this.moveToken());
  }

  row(level) {
    const row = { level, often: el("div", { class: "often" }) };
    const drawing = DRAWN[level.key];
    row.sketch = drawing && new Sketch(level.name, (width, sketch) => (this.now ? drawing(sketch, width, this.now) : 1));
    row.element = el("div", { class: "level", "data-level": level.key },
      el("div", { class: "level-head" },
        el("h4", {}, level.name, " ", el("small", {}, level.belongs_to)), row.often,
        el("span", { class: `lock ${/^none/.test(level.lock) ? "open" : ""}`, title: `lock: ${level.lock}` }, lockWord(level.lock))),
      row.sketch ? row.sketch.element : el("p", { class: "holds" }, level.holds));
    return row;
  }

  // now: { step, at, way, request, here }
  show(now) {
    this.now = now;
    const visited = new Set(now.way.slice(0, now.at + 1).map((step) => step.level));
    const used = new Set(now.way.map((step) => step.level));
    for (const [key, row] of this.rows) {
      row.element.classList.toggle("here", key === now.step.level);
      row.element.classList.toggle("been", visited.has(key));
      row.element.classList.toggle("unused", !used.has(key));
      row.often.replaceChildren(...oftenWords(now.way.filter((step) => step.level === key)));
      if (row.sketch) row.sketch.again();
    }
    this.token.textContent = `${countText(now.request.size_bytes)} B`;
    this.moveToken();
  }

  moveToken() {
    if (!this.now) return;
    const row = this.rows.get(this.now.step.level).element;
    this.token.style.setProperty("transform", `translateY(${row.offsetTop + 12}px)`);
    this.trail.style.setProperty("height", `${row.offsetTop + 24}px`);
  }
}

function lockWord(lock) {
  return /^none/.test(lock) ? "no lock" : / where /.test(lock) ? "at times" : "lock";
}

function oftenWords(steps) {
  if (!steps.length) return [el("span", {}, "not on this way")];
  const every = Math.min(...steps.map((step) => step.once_per_requests));
  const share = Math.max(2, 100 * (1 - Math.log10(every) / OFTEN_MOST));
  return [el("span", { class: "often-bar", "aria-hidden": "true" }, el("span", { style: { width: `${share.toFixed(1)}%` } })),
    el("span", {}, every <= 1 ? "every request" : `1 in ${every < 10 ? countText(every) : countText(Math.round(every))}`)];
}

// What each level holds at a step; each returns the height it took.
const DRAWN = {
  mcache(sketch, width, { step, here, request }) {
    const placement = here.placement;
    if (placement.kind === "large" || placement.kind === "zero") return saysOnly(sketch, "136 span classes, none for an object this large");
    const words = placement.has_pointers ? "with" : "without";
    sketch.word("classes say", 0, 11, width < 500 ? `67 classes × 2; class ${placement.size_class} ${words} pointers` : `a span for each of 67 classes, with (upper) and without pointers (lower); here class ${placement.size_class}, ${words}`, "soft-word small-word");
    let top = 6;
    for (const pointers of [true, false]) {
      const kinds = Array.from({ length: 67 }, (_, at) => (at === placement.size_class - 1 && pointers === placement.has_pointers ? "given" : "faint"));
      top += 12 + drawCells(sketch, `classes ${pointers}`, kinds, { y: top + 12, width, columns: 67, least: 2, most: 11, gap: 1.5, tall: 10 }).height - 10;
    }
    top += 10;
    if (placement.kind === "tiny") top = tinyBlock(sketch, width, top + 26, step, request);
    return spanCells(sketch, width, top + 26, step.state);
  },
  mcentral(sketch, width, { step, here }) {
    if (here.placement.kind === "large") return saysOnly(sketch, "one for each span class, none for large objects");
    const across = width < 560 ? 2 : 4;
    const part = across === 2 ? "partly" : "partly used";
    const sets = [["partialSwept", `${part}, swept`], ["partialUnswept", `${part}, not swept`], ["fullUnswept", "full, not swept"], ["refill", "full, swept"]];
    const wide = (width - (across - 1) * 10) / across;
    sets.forEach(([name, label], index) => {
      const x = (index % across) * (wide + 10), y = Math.floor(index / across) * 42;
      const asked = step.function.endsWith(`.${name}`);
      sketch.box(`set ${name}`, x, y, wide, 34, `set ${asked ? "asked" : ""}`, { rx: 5 });
      sketch.word(`set ${name} says`, x + 10, y + 22, label, asked ? "strong small-word" : "soft-word small-word");
    });
    return across === 2 ? 76 : 34;
  },
  page_cache(sketch, width, { step }) {
    const free = step.state.page_cache_pages;
    const kinds = Array.from({ length: 64 }, (_, at) => (at >= 64 - free ? "free" : "used"));
    const cells = drawCells(sketch, "pages", kinds, { width, y: 18, least: 6, most: 13, tall: 13 });
    sketch.word("pages say", 0, 11, free ? `${free} of 64 pages free` : "no free page", "soft-word small-word");
    return 18 + cells.height;
  },
  page_alloc(sketch, width, { step }) {
    const free = step.state.free_pages, all = Math.max(512, Math.ceil(free / 512) * 512);
    sketch.word("run says", 0, 11, free ? `${countText(free)} pages of 8 KiB free` : "no free page", "soft-word small-word");
    sketch.box("run", 0, 18, width, 13, "cell used");
    sketch.box("run free", width * (1 - free / all), 18, (width * free) / all, 13, "cell free");
    return 31;
  },
  arena(sketch, width, { step }) {
    const arena = 64 * MIB, left = step.state.reserved_bytes % arena, mapped = Math.round((arena - left) / (4 * MIB));
    const kinds = Array.from({ length: 16 }, (_, at) => (at < mapped ? "used" : "reserved"));
    const cells = drawCells(sketch, "steps", kinds, { width, y: 18, least: 12, most: 56, tall: 13 });
    sketch.word("steps say", 0, 11, `${mapped} of 16 steps of 4 MiB mapped${width < 420 ? "" : ", the rest only reserved"}`, "soft-word small-word");
    return 18 + cells.height;
  },
};

function saysOnly(sketch, words) {
  sketch.word("only", 0, 13, words, "soft-word small-word");
  return 18;
}

function spanCells(sketch, width, top, state) {
  if (!state.slots) return top - 22;
  const kinds = Array.from({ length: state.slots }, (_, at) => (at === state.slots_used - 1 && state.freeindex === at + 1 ? "given" : at < state.slots_used ? "used" : "free"));
  sketch.word("slots say", 0, top - 7, `its span: ${countText(state.slots_used)} of ${countText(state.slots)} slots used, freeindex ${countText(state.freeindex)}`, "soft-word small-word");
  const most = state.slots < 24 ? 90 : 16;
  const cells = drawCells(sketch, "slots", kinds, { y: top, width, least: width < 500 ? 7 : 11, most, tall: 16 });
  return top + cells.height + 2;
}

function tinyBlock(sketch, width, top, step, request) {
  const used = step.state.tiny_offset;
  const kinds = Array.from({ length: 16 }, (_, at) => (at >= used ? "free" : at >= used - request.size_bytes ? "given" : "used"));
  sketch.word("block says", 0, top - 7, used ? `its tiny block: ${used} of 16 bytes used` : "no tiny block at this moment", "soft-word small-word");
  const cells = drawCells(sketch, "block", kinds, { y: top, width: Math.min(width, 400), least: 12, most: 22, tall: 16 });
  return top + cells.height + 6;
}
