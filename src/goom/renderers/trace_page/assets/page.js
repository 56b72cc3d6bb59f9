// The page: what was found, over time, the figures; of several traces one at a time.
const told = JSON.parse(document.getElementById("data").textContent);

function factStrip(facts) {
  return el("dl", { class: "facts" }, facts.map(([name, value, more]) =>
    el("div", {}, el("dt", {}, name), el("dd", {}, value, more ? el("small", {}, more) : null))));
}

function foundSection(report) {
  const { calm } = report;
  const of = (fraction) => percentText(fraction);
  const [, headline, rest] = /^(.*?[.])(?:\s+([A-Z][^]*))?$/.exec(report.said[0]) || [null, report.said[0], ""];
  const others = [rest, ...report.said.slice(1)].filter(Boolean);
  return el("section", { id: "found", class: calm ? "found well" : "found sick", "aria-labelledby": "headline" },
    el("p", { class: "kicker" }, el("span", {}, report.name), el("span", {}, `format of Go ${report.go_version}`),
      el("span", {}, secondsText(report.duration_seconds)), el("span", {}, countOf(report.procs, "P")),
      el("span", {}, countOf(report.events, "event")), el("span", {}, bytesText(report.size_bytes))),
    el("h1", { id: "headline" }, headline),
    others.length > 0 && el("ul", { class: "said" }, others.map((sentence) => el("li", {}, sentence))),
    factStrip([
      ["collections", countText(report.collections), `marking ${of(report.marking_fraction)} of the time`],
      ["world stopped", of(report.stopped_fraction), "of the time"],
      ["mark assists", secondsText(report.assist_seconds), `summed; ${secondsText(report.assist_running_seconds)} of it running`],
      ["heap", bytesText(report.heap_live_peak_bytes), `at most; ${bytesText(report.heap_live_lowest_bytes)} at least`],
      ["goal at last", bytesText(report.heap_goal_last_bytes), ""],
    ]));
}

function tablesSection(report) {
  const tables = [latencyTable, heldUpTable, allocatorsTable, stopsTable, lateTable, sweepsTable, statesTable]
    .map((table) => table(report)).filter(Boolean);
  return section("figures", "Figures", null, tables);
}

function notesSection(report) {
  return section("notes", "What it cannot tell", null,
    el("ul", { class: "notes" }, report.notes.map((note) => el("li", {}, note))));
}

function apartSection() {
  if (told.traces.length < 2) return null;
  const none = told.traces.length < 3 ? "Three traces are needed to say which stands apart." : "None stands apart.";
  return el("section", { id: "apart", class: "apart", "aria-labelledby": "apart-title" },
    el("h2", { id: "apart-title" }, `${told.traces.length} traces`),
    told.outliers.length ? el("ul", { class: "said" }, told.outliers.map((sentence) => el("li", {}, sentence)))
      : el("p", { class: "lead" }, none),
    el("div", { class: "tabs", role: "tablist", "aria-label": "Which trace" }, told.traces.map((report, index) =>
      el("button", { type: "button", role: "tab", "aria-selected": String(!index), onclick: () => show(index) }, report.name))));
}

const apart = apartSection();

function show(index) {
  const report = told.traces[index];
  document.title = `goom trace: ${report.name}`;
  cursor.followers.length = 0;
  if (apart) apart.querySelectorAll("[role=tab]").forEach((tab, nth) => tab.setAttribute("aria-selected", String(nth === index)));
  const parts = [apart, foundSection(report), overTimeSection(report), tablesSection(report), notesSection(report)].filter(Boolean);
  document.getElementById("trace").replaceChildren(...parts);
  document.getElementById("contents").replaceChildren(...[["found", "Found"], ["time", "Over time"], ["figures", "Figures"], ["notes", "Limits"]]
    .map(([id, title]) => el("a", { href: `#${id}` }, title)));
}

show(0);
document.documentElement.setAttribute("data-drawn", "yes");
