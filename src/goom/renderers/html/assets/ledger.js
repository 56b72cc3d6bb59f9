// Where the bytes were: over time as stacked layers, and at the last look as bars.
const LAYERS = [
  ["heap_live", "live heap"], ["heap_garbage", "garbage"], ["span_waste", "span waste"],
  ["heap_free", "free, not returned"], ["stacks", "stacks"],
  ["heap_unsplit", "Go, not told apart"], ["runtime_metadata", "runtime metadata"],
  ["outside_go", "outside Go"], ["other_processes", "other processes"],
  ["files_mapped", "mapped files"], ["page_cache", "page cache"],
  ["kernel", "kernel"], ["unexplained", "unexplained"],
];

function layerColour(key) {
  return `var(--l-${key.replaceAll("_", "-")}, var(--l-kernel))`;
}

function ledgerSection(report, span) {
  const history = report.series.ledger_history;
  const parts = [];
  if (history && span && history.time_seconds.length > 1) {
    const lines = LAYERS.filter(([key]) => history.layers[key] && largest(history.layers[key]) > 0)
      .map(([key, label]) => ({ key, label, colour: layerColour(key), times: history.time_seconds, values: history.layers[key] }));
    const marks = report.series.marks.filter((mark) => mark.kind !== "profile");
    parts.push(new TimeChart({ title: "What the charge is made of", unit: "bytes", stacked: true, lines, marks, ...span, height: 300 }).element);
  }
  if (report.ledger) parts.push(ledgerBars(report));
  if (!parts.length) return null;
  return section("ledger", "Where the bytes were", null, parts);
}

function ledgerBars(report) {
  const { lines, charge_bytes: charge, charge_name: name, notes, at_seconds: at } = report.ledger;
  const most = Math.max(...lines.map((line) => line.bytes), 1);
  const end = report.subject.ending && report.subject.ending.at_seconds;
  const before = end && at && end >= at ? `, ${secondsText(end - at)} before the end` : "";
  const rows = lines.filter((line) => line.bytes || line.key === "unexplained").map((line) => el("tr", {},
    el("th", { scope: "row" }, el("span", { class: "dot", style: { background: layerColour(line.key) } }), line.label),
    el("td", { class: "bar-cell" }, el("span", { class: "track", "aria-hidden": "true" }, el("span", {
      style: { width: `${Math.max(0, (line.bytes / most) * 100).toFixed(2)}%`, background: layerColour(line.key) },
    }))),
    el("td", { class: "number" }, mibText(line.bytes), line.error_bytes ? el("small", {}, ` ± ${mibText(line.error_bytes)}`) : null),
    el("td", { class: "number soft" }, percentText(line.share_fraction ?? NaN)),
    el("td", { class: "parts" }, ledgerParts(line))));
  return el("div", { class: "panel" },
    el("h3", {}, `The ${bytesText(charge)} of ${name}${before}`),
    el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Ledger" }, el("table", { class: "ledger" },
      el("thead", {}, el("tr", {}, ["", "", "MiB", "share", "most of it"].map((word, index) =>
        el("th", { scope: "col", class: index === 2 || index === 3 ? "number" : null }, word)))),
      el("tbody", {}, rows),
      el("tfoot", {}, el("tr", {}, el("th", { scope: "row" }, "sum"), el("td", {}),
        el("td", { class: "number" }, mibText(charge)), el("td", { class: "number soft" }, "100 %"), el("td", {}))))),
    notes.length ? el("ul", { class: "notes" }, notes.map((note) => el("li", {}, note))) : null);
}

function mibText(bytes) {
  return unsigned((bytes / MIB).toFixed(1));
}

function ledgerParts(line) {
  const parts = [...line.detail].sort((one, other) => other.bytes - one.bytes);
  if (!parts.length) return el("span", { class: "soft" }, line.source || "");
  const say = (part) => `${mibText(part.bytes)} ${part.label}`;
  if (parts.length === 1) return say(parts[0]);
  return el("details", {}, el("summary", {}, say(parts[0])),
    el("ul", {}, parts.slice(1, 40).map((part) => el("li", {}, say(part)))));
}
