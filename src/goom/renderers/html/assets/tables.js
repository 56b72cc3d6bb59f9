// The raw figures, as tables that can be copied into anything.
function tablesSection(report) {
  const tables = [
    ...seriesTables(report), collectionsTable(report), ledgerTable(report), historyTable(report),
    hotspotsTable(report),
  ].filter(Boolean);
  if (!tables.length) return null;
  return section("figures", "Raw figures", "Whole numbers, bytes and seconds; copied as tab-separated values.", tables.map(folded));
}

function folded({ title, head, rows }) {
  const body = el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": title });
  const said = el("output", {});
  const copy = el("button", { type: "button", class: "plain", onclick: () => copyText(asLines(head, rows), said) }, "Copy");
  const box = el("details", { class: "figures" },
    el("summary", {}, title, el("span", { class: "soft" }, ` ${countOf(rows.length, "row")}`)),
    el("div", { class: "copy" }, copy, said), body);
  box.addEventListener("toggle", () => {
    if (!box.open || body.firstChild) return;
    body.append(el("table", {},
      el("thead", {}, el("tr", {}, head.map((word) => el("th", { scope: "col" }, word)))),
      el("tbody", {}, rows.map((row) => el("tr", {}, row.map((cell) =>
        el("td", { class: typeof cell === "string" ? null : "number" }, cell ?? "")))))));
  });
  return box;
}

// A name that starts like a formula would be run by a spreadsheet: a quote makes it text.
function asLines(head, rows) {
  const cell = (value) => (typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : value ?? "");
  return [head, ...rows].map((row) => row.map(cell).join("\t")).join("\n");
}

async function copyText(text, said) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = el("textarea", { readonly: true, class: "unseen" }, text);
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  said.textContent = "copied";
}

function seriesTables(report) {
  const groups = new Map();
  for (const track of report.series.tracks) {
    const key = JSON.stringify(track.time_seconds);
    groups.set(key, [...(groups.get(key) || []), track]);
  }
  return [...groups.values()].map((tracks) => ({
    title: tracks.map((track) => track.label).join(", "),
    head: ["seconds", ...tracks.map((track) => `${track.label} (${track.unit})`)],
    rows: tracks[0].time_seconds.map((at, index) => [at, ...tracks.map((track) => track.values[index])]),
  }));
}

function collectionsTable(report) {
  if (!report.collections) return null;
  const columns = Object.entries(report.collections.columns);
  return {
    title: "Collections", head: columns.map(([name]) => name),
    rows: report.collections.columns.number.map((_, index) => columns.map(([, values]) => values[index])),
  };
}

function ledgerTable(report) {
  if (!report.ledger) return null;
  const rows = [];
  const add = (line, under) => {
    rows.push([under + line.label, line.bytes, line.error_bytes, line.source]);
    for (const part of line.detail) add(part, `${line.label}: `);
  };
  report.ledger.lines.forEach((line) => add(line, ""));
  return { title: "Ledger", head: ["line", "bytes", "error_bytes", "source"], rows };
}

function historyTable(report) {
  const history = report.series.ledger_history;
  if (!history) return null;
  const layers = Object.entries(history.layers);
  return {
    title: "Ledger over time", head: ["seconds", ...layers.map(([key]) => key)],
    rows: history.time_seconds.map((at, index) => [at, ...layers.map(([, values]) => values[index])]),
  };
}

function hotspotsTable(report) {
  if (!report.hotspots.length) return null;
  return {
    title: "Hotspots", head: ["measure", "function", "file", "line", "value", "share_fraction", "pattern"],
    rows: report.hotspots.map((spot) => [spot.measure, spot.function, spot.file, spot.line, spot.value, spot.share_fraction, spot.pattern]),
  };
}
