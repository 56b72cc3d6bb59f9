// The rivals with their evidence, the hotspots, the findings, and what nobody could check.
function rivalsSection(report) {
  const { verdict } = report;
  const winner = { cause: verdict.cause, confidence: verdict.confidence, for: verdict.for, against: verdict.against,
    missing: verdict.missing, winner: true };
  const all = [...(verdict.cause === "cannot_tell" ? [] : [winner]), ...verdict.rivals];
  if (!all.length) return null;
  const near = all.filter((one, index) => index < 6);
  const far = all.slice(6);
  return section("rivals", "The causes that were weighed", "A longer bar at a reason weighs more.",
    el("div", { class: "rivals" }, near.map(rivalCard)),
    far.length ? el("details", {}, el("summary", {}, `${far.length} less likely`), el("div", { class: "rivals" }, far.map(rivalCard))) : null);
}

function rivalCard(one) {
  return el("article", { class: one.winner ? "rival winner" : "rival" },
    el("header", {}, el("h3", {}, one.cause), el("span", { class: "figure" }, confidenceText(one.confidence)),
      shareBar(one.confidence, "wide")),
    el("p", { class: "soft" }, CAUSES[one.cause] || ""),
    one.unheard ? el("p", { class: "none" }, one.unheard) : [reasonList("For", "+", one.for), reasonList("Against", "−", one.against)],
    one.missing && one.missing.length ? missingList("Missing", one.missing) : null);
}

function reasonList(title, sign, reasons) {
  if (!reasons.length) return el("p", { class: "none" }, `${title}: nothing`);
  const sorted = [...reasons].sort((one, other) => (other.weight ?? 0) - (one.weight ?? 0));
  return [el("h4", {}, title), el("ul", { class: sign === "+" ? "reasons for" : "reasons against" }, sorted.map((reason) => el("li", {},
    el("span", { class: "weight", title: `weighs ${(reason.weight ?? 0).toFixed(1)} in log-odds`, "aria-hidden": "true" },
      el("span", { style: { width: `${Math.min(100, ((reason.weight ?? 0) / 4) * 100).toFixed(0)}%` } })),
    el("span", {}, reason.text, reason.source ? el("small", {}, ` ${reason.source}`) : null))))];
}

function missingList(title, missing) {
  return [el("h4", {}, title), el("ul", { class: "missing" }, missing.map((one) => el("li", {}, one)))];
}

const MEASURES = {
  inuse_space: ["Live bytes", "bytes"], alloc_space: ["Allocated bytes", "bytes"],
  inuse_objects: ["Live objects", "count"], alloc_objects: ["Allocated objects", "count"],
};

function hotspotsSection(report) {
  const groups = Object.keys(MEASURES).map((measure) => report.hotspots.filter((spot) => spot.measure === measure));
  const shown = groups.filter((group) => group.length);
  if (!shown.length) return null;
  return section("hotspots", "Hotspots", "The first frame that is your code, by what is under it.",
    el("div", { class: "hotspots" }, shown.map((group) => el("div", { class: "panel" },
      el("h3", {}, MEASURES[group[0].measure][0]), group.map(hotspotRow)))));
}

function hotspotRow(spot) {
  const [, unit] = MEASURES[spot.measure];
  const error = spot.error_fraction ? ` ± ${percentText(spot.error_fraction)}` : "";
  const win = spot.winnable_fraction ? `could win ${percentText(spot.winnable_fraction)} of the total` : "";
  return el("div", { class: "hotspot" },
    codePlace(spot.function, spot.file, spot.line),
    el("span", { class: "why" }, shareBar(spot.share_fraction),
      el("span", {}, el("b", {}, percentText(spot.share_fraction ?? NaN)), error, `, ${figureText(spot.value ?? NaN, unit)}${unit === "count" ? " objects" : ""}`)),
    spot.pattern || spot.remedy ? el("p", {}, spot.pattern ? el("span", { class: "chip" }, spot.pattern.replaceAll("_", " ")) : null,
      win ? spot.remedy.replace(/\.$/, "") : spot.remedy, win ? `; ${win}` : "", win && spot.winnable_why ? el("small", {}, ` (${spot.winnable_why})`) : null) : null);
}

function findingsSection(report) {
  if (!report.findings.length) return null;
  return section("findings", "Also noticed", null, el("ul", { class: "findings" }, report.findings.map((one) => el("li", {},
    el("b", {}, one.title), el("p", {}, one.detail), one.source ? el("small", {}, one.source) : null))));
}

function uncheckedSection(report) {
  const unchecked = report.not_checked.map((one) => [one.name, `needs ${one.missing.join(", ")}`, one.hint]);
  const unread = report.not_read.map((one) => [one.what, one.why, one.hint]);
  if (!unchecked.length && !unread.length && !report.sources.length) return null;
  const list = (title, rows) => (rows.length ? el("div", { class: "panel" }, el("h3", {}, title), el("ul", { class: "findings" },
    rows.map(([what, why, hint]) => el("li", {}, el("b", {}, what), el("p", {}, why), hint ? el("small", {}, hint) : null)))) : null);
  return section("unchecked", "What was not checked", null,
    unchecked.length || unread.length ? el("div", { class: "hotspots" }, list("Causes that could not be judged", unchecked), list("Could not be read", unread))
      : el("p", {}, "Every cause could be judged, and everything could be read."),
    report.sources.length ? el("details", {}, el("summary", {}, `Read from ${countOf(report.sources.length, "source")}`),
      el("ul", { class: "sources" }, report.sources.map((one) => el("li", {}, el("code", {}, one))))) : null);
}
