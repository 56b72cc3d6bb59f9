// One card for each group of goroutines that grew: how many, since when, and how each signal votes.
function leaksSection(report) {
  const shown = report.goroutine_leaks || [];
  if (!shown.length) return null;
  const likely = shown.filter((leak) => leak.confidence >= 0.5);
  const others = shown.filter((leak) => leak.confidence < 0.5);
  return section("leaks", "Goroutines that pile up", "By where they were started and where they wait. More than 0.8 needs two signals that agree.",
    likely.length ? el("div", { class: "leaks" }, likely.map(leakCard)) : el("p", {}, "None of them is likely to be a leak."),
    others.length ? el("details", {}, el("summary", {}, `${countOf(others.length, "group")} that grew and ${others.length === 1 ? "is" : "are"} likelier no leak`),
      el("div", { class: "leaks" }, others.map(leakCard))) : null);
}

function leakCard(leak) {
  const facts = [
    ["goroutines", countText(leak.count)],
    ["pace", leak.per_second === null || leak.grown <= 0 ? null : paceText(leak.per_second)],
    ["oldest, at least", leak.oldest_seconds === null ? null : secondsText(leak.oldest_seconds)],
    ["stacks", leak.stack_bytes === null ? null : bytesText(leak.stack_bytes)],
    ["heap grown under them", leak.heap_bytes === null ? null : bytesText(leak.heap_bytes)],
  ].filter(([, value]) => value !== null);
  const { created_at: by, waits_at: at } = leak;
  return el("article", { class: leak.confidence >= 0.5 ? "panel leak likely" : "panel leak" },
    el("header", {}, codePlace(at.function, at.file, at.line), el("span", { class: "figure" }, confidenceText(leak.confidence))),
    el("p", { class: "soft" }, leak.wait, by.function ? [", started by ", codePlace(by.function, by.file, by.line)] : ""),
    el("dl", { class: "facts" }, facts.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))),
    el("table", { class: "votes" }, el("thead", {}, el("tr", {}, ["Signal", "Votes", "Because"].map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", {}, leak.votes.map((vote) => el("tr", { class: vote.side.replace(" ", "-") },
        el("th", { scope: "row" }, vote.signal), el("td", {}, vote.side),
        el("td", {}, vote.text, vote.source ? el("small", {}, ` ${vote.source}`) : null))))),
    el("details", {}, el("summary", {}, "Stack"), el("ol", { class: "sources" }, leak.stack.map((frame) => el("li", {}, codePlace(frame.function, frame.file, frame.line))))));
}

function paceText(perSecond) {
  if (Math.abs(perSecond) >= 1) return `${perSecond.toFixed(0)} a second`;
  return Math.abs(perSecond) * 60 >= 1 ? `${(perSecond * 60).toFixed(0)} a minute` : `${(perSecond * 3600).toFixed(0)} an hour`;
}
