// What slots waste, and all the classes as a table.
function wastePart(chosen) {
  const said = el("p", { class: "reading", "aria-live": "off" });
  const moved = newCursor();
  moved.at = 41;
  const linesOf = (key) => {
    const curve = lesson.waste.curves[lesson.waste.of[key]];
    const line = (kind, label, look) => ({ key: kind, label, times: curve.sizes_bytes, values: curve[`${kind}_fraction`], step: true, ...look });
    return [line("pointers", "with pointers", { colour: "var(--waste)", width: 1.4 }), line("plain", "without pointers", { colour: "var(--live)", width: 1.6 })];
  };
  const chart = new TimeChart({ title: "Share of the slot that is not asked for", unit: "fraction", from: 1, to: 32768, height: 330, ceiling: 0.9, cursor: moved, rest: 41,
    across: { log: true, ticks: wasteTicks, text: (size) => `${countText(Math.round(size))} B` }, lines: linesOf(chosen.era) });
  const tell = () => {
    const curve = lesson.waste.curves[lesson.waste.of[chosen.era]];
    const index = indexAt(curve.sizes_bytes, Math.round(moved.at));
    const [size, plain, pointed] = [curve.sizes_bytes, curve.plain_slot_bytes, curve.pointers_slot_bytes].map((column) => column[Math.max(0, index)]);
    said.textContent = `${countText(size)} bytes: a slot of ${countText(plain)} without pointers, of ${countText(pointed)} with pointers.`;
  };
  moved.follow(tell);
  chosen.follow(() => { chart.renew({ lines: linesOf(chosen.era) }); tell(); table.replaceChildren(classTable(chosen)); });
  const table = el("div", {}, classTable(chosen));
  tell();
  return part("waste", "Waste", "What the classes waste", [
    "67 slot sizes serve all requests up to 32 KiB. The teeth are what rounding up to them costs. The table of sizes is the same from Go 1.19 to 1.27.",
    "Just above a class a request wastes most; from 1 KiB up hardly ever more than a sixth. Point at the plot to read it.",
  ], chart.element, said, onClassTable(), fold("All 67 classes", table));
}

function wasteTicks(from, to, count) {
  return count > 8 ? [1, 8, 16, 48, 128, 512, 1024, 4096, 32768] : [1, 8, 64, 512, 4096];
}

function onClassTable() {
  return el("div", { class: "plot" },
    el("h3", {}, "Sizes that fill a class exactly, with pointers: the slot in each version"),
    tableOf(["asked for", ...lesson.eras.map((era) => era.label)], lesson.on_class.map((row) =>
      [`${countText(row.size_bytes)} B`, ...row.slots.map((slot, at) => `${countText(slot)} B${row.headers[at] ? ` (header ${row.headers[at]} B)` : ""}`)])),
    el("p", { class: "note" }, "Since 1.22 a header stands before an object with pointers of more than 512 bytes. A size that was exactly right before now needs the next class."));
}

function classTable(chosen) {
  const rows = lesson.classes[chosen.era];
  const here = chosen.request().eras[chosen.era].here.placement.size_class;
  return tableOf(["class", "slot", "span", "objects", "with pointers", "end of span", "with pointers", "worst waste"],
    rows.map((row) => [row[0], ...row.slice(1, 7).map((cell) => countText(cell)), percentText(row[7])]), here - 1);
}
