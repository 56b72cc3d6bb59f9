// The top of the report: how it ended, the cause, who is to blame, what to do.
function verdictSection(report) {
  const { subject, verdict } = report;
  const mood = subject.state === "killed" && verdict.cause !== "cannot_tell" ? "sick"
    : verdict.cause === "healthy" ? "well" : verdict.cause === "cannot_tell" ? "unsure" : "sick";
  return el("section", { id: "verdict", class: `verdict ${mood}`, "aria-labelledby": "headline" },
    el("p", { class: "kicker" }, subjectWords(subject)),
    el("h1", { id: "headline" }, subject.headline),
    el("div", { class: "verdict-grid" },
      el("div", { class: "left" }, el("div", { class: "found-cause" }, causeLine(verdict, mood),
        el("p", { class: "summary" }, verdict.summary),
        verdict.also.length ? el("p", { class: "note" }, "Also true: ", verdict.also.join(", "), `; ${verdict.cause} came first.`) : null,
        blameList(verdict), verdict.unnamed ? el("p", { class: "note" }, prose(verdict.unnamed)) : null, because(verdict),
        verdict.cause === "cannot_tell" && verdict.missing.length ? missingList("Missing", verdict.missing) : null),
      factStrip(subjectFacts(report))),
      ordersBox(report)));
}

function subjectWords(subject) {
  const says = [
    subject.name, subject.go_version && `Go ${subject.go_version}`,
    subject.gogc_percent === null ? null : subject.gogc_percent < 0 ? "GOGC=off" : `GOGC=${subject.gogc_percent}`,
    subject.gomemlimit_bytes === null ? null : `GOMEMLIMIT ${bytesText(subject.gomemlimit_bytes)}`,
    subject.gomaxprocs && `GOMAXPROCS ${subject.gomaxprocs}`,
    subject.started_at_seconds && new Date(subject.started_at_seconds * 1000).toISOString().slice(0, 16).replace("T", " ") + " UTC",
  ];
  return says.filter(Boolean).map((word) => el("span", {}, word));
}

function causeLine(verdict, mood) {
  const marks = { sick: "✗", well: "✓", unsure: "?" };
  const sure = verdict.confidence ?? 0;
  return el("div", { class: "cause-line" },
    el("div", {}, el("span", { class: "cause" }, el("span", { "aria-hidden": "true", class: "sign" }, marks[mood]),
      verdict.cause === "cannot_tell" ? "cannot tell" : verdict.cause),
      el("span", { class: "meaning" }, CAUSES[verdict.cause] || "", " ",
        SCENARIOS[verdict.scenario] ? el("span", { class: "chip" }, SCENARIOS[verdict.scenario]) : null)),
    verdict.cause === "cannot_tell" ? null : el("div", { class: "meter" },
      el("span", { class: "meter-figure" }, confidenceText(sure)), shareBar(sure, "wide"), el("small", {}, "confidence")));
}

function blameList(verdict) {
  if (!verdict.blame.length) return null;
  return el("ol", { class: "blame" }, verdict.blame.slice(0, 6).map((blame) => el("li", {},
    codePlace(blame.function, blame.file, blame.line),
    el("span", { class: "why" }, ...shareOf(blame), blame.why ? ` ${blame.why}` : ""))));
}

function shareOf(blame) {
  if (blame.share_fraction === null) return [];
  return [shareBar(blame.share_fraction), el("b", {}, percentText(blame.share_fraction))];
}

function because(verdict) {
  const strongest = [...verdict.for].sort((one, other) => (other.weight ?? 0) - (one.weight ?? 0)).slice(0, 3);
  if (!strongest.length) return null;
  return [el("h2", { class: "small" }, "What says so"), el("ul", { class: "because" }, strongest.map((reason) =>
    el("li", {}, reason.text, reason.source ? el("small", {}, ` ${reason.source}`) : null)))];
}

function ordersBox(report) {
  const { remedies, verdict } = report;
  const now = remedies.filter((remedy) => remedy.when === "now");
  const code = remedies.filter((remedy) => remedy.when !== "now");
  if (!remedies.length && !verdict.tell_apart) return null;
  return el("aside", { class: "orders", "aria-label": "What to do" },
    orderList("Now", "in the next five minutes", now), orderList("Then", "for good", code),
    verdict.tell_apart ? [el("h2", {}, "To be surer"), el("p", {}, prose(verdict.tell_apart))] : null);
}

function orderList(title, when, remedies) {
  if (!remedies.length) return null;
  return [el("h2", {}, title, el("small", {}, when)), el("ol", {}, remedies.map((remedy) => el("li", {},
    el("b", {}, remedy.title),
    remedy.action && remedy.action !== remedy.title ? el("p", {}, prose(remedy.action)) : null,
    remedy.effect ? el("p", { class: "effect" }, remedy.effect) : null,
    orderSmall(remedy))))];
}

function orderSmall(remedy) {
  const small = [["Cost", remedy.cost], ["Safe?", remedy.safety], ["Undo", remedy.undo]].filter(([, text]) => text);
  if (!small.length) return null;
  return el("details", {}, el("summary", {}, "cost and safety"),
    small.map(([word, text]) => el("p", {}, el("b", {}, `${word} `), text)));
}

function subjectFacts(report) {
  const by = new Map(report.series.tracks.map((track) => [track.key, track]));
  const lastOf = (key) => (by.has(key) ? by.get(key).values.at(-1) ?? NaN : NaN);
  const peakOf = (key) => (by.has(key) ? largest(by.get(key).values) : NaN);
  const limit = report.subject.memory_limit_bytes ?? NaN;
  const peak = Number.isFinite(peakOf("usage")) ? peakOf("usage") : peakOf("rss");
  const share = (value) => (Number.isFinite(limit) ? `${percentText(value / limit)} of the limit` : "");
  return [
    ["limit", bytesText(limit), report.subject.cgroup_version ? `cgroup v${report.subject.cgroup_version}` : "as stated"],
    ["highest usage", bytesText(peak), share(peak)],
    ["marked heap", bytesText(lastOf("marked")), "at the last collection"],
    ["goal", bytesText(lastOf("goal")), Number.isFinite(limit) ? share(lastOf("goal")) : "of the last collection"],
    ["goroutines", countText(lastOf("goroutines")), "at the last look"],
    ["GC CPU", percentText(lastOf("gc_cpu")), "since the start"],
  ];
}
