// The frame of every lesson: what it says first, its parts, what is often said and what is true.
const lesson = JSON.parse(document.getElementById("data").textContent);

function assemble(subject, lead, parts) {
  document.title = `${subject}: how Go ${lesson.go_version} works`;
  const shown = parts.filter(Boolean);
  document.getElementById("lesson").replaceChildren(patterns(), opening(subject, lead), ...shown);
  document.getElementById("contents").replaceChildren(...shown.map((part) =>
    el("a", { href: `#${part.id}` }, part.dataset.short || part.querySelector("h2").textContent)));
  document.documentElement.setAttribute("data-drawn", "yes");
}

// What stands beside colour: hatching and dots, for whoever sees no difference of colours.
function patterns() {
  const pattern = (id, size, ...shapes) => svg("pattern", { id, width: size, height: size, patternUnits: "userSpaceOnUse" }, shapes);
  return svg("svg", { class: "patterns", width: 0, height: 0, "aria-hidden": "true" },
    pattern("hatch", 7, svg("path", { d: "M-1,8L8,-1M-2,2L2,-2M5,9L9,5", class: "hatch-line" })),
    pattern("hatch-back", 7, svg("path", { d: "M-1,-1L8,8M-2,5L2,9M5,-2L9,2", class: "hatch-line" })),
    pattern("dots", 6, svg("circle", { cx: 1.5, cy: 1.5, r: 1.1, class: "dot-fill" }), svg("circle", { cx: 4.5, cy: 4.5, r: 1.1, class: "dot-fill" })));
}

function opening(subject, lead) {
  return el("section", { id: "top", class: "opening", "aria-labelledby": "message" },
    el("p", { class: "kicker" }, el("span", {}, subject), el("span", {}, `Go ${lesson.go_version}`)),
    el("h1", { id: "message" }, lesson.message),
    lead.map((text) => el("p", { class: "lead" }, text)));
}

// A part of the lesson; `short` is its name in the bar.
function part(id, short, title, lead, ...children) {
  const made = section(id, title, null, paragraphs(lead), children);
  made.dataset.short = short;
  return made;
}

function paragraphs(lead) {
  return [lead].flat().filter(Boolean).map((text) => el("p", { class: "lead" }, codeWords(text)));
}

// Words in `backticks` as code.
function codeWords(text) {
  return String(text).split("`").map((piece, index) => (index % 2 ? el("code", {}, piece) : piece));
}

function saidPart(said, lead) {
  if (!said || !said.length) return null;
  return part("said", "Often said", "What is often said, and what is true", lead,
    el("ul", { class: "said" }, said.map(saidCard)));
}

function saidCard(one) {
  return el("li", { class: "card" },
    el("p", { class: "claim" }, el("b", { class: "tag" }, el("span", { "aria-hidden": "true" }, "“ "), "Often said"), codeWords(one.often_said)),
    el("p", { class: "truth" }, el("b", { class: "tag" }, el("span", { "aria-hidden": "true" }, "✓ "), "What is true"), codeWords(one.true)),
    el("p", { class: "proof" }, el("span", {}, one.evidence || one.source),
      one.claim_ids.length ? el("span", { class: "ids", title: "goom claims measures it" }, one.claim_ids.join(" ")) : null));
}

// Named figures in a row; a change is visible as the figure is replaced in place.
function factStrip(facts) {
  return el("dl", { class: "facts" }, facts.map(([name, figure, note]) =>
    el("div", {}, el("dt", {}, name), el("dd", {}, figure, note && el("small", {}, note)))));
}

// A table; cells that are numbers stand right. `marked` is the index of the row to look at.
function tableOf(head, rows, marked) {
  const numeric = head.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] !== "string" || /^[\d−–-]/.test(row[column])));
  return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `Table: ${head.join(", ")}` },
    el("table", {},
      el("thead", {}, el("tr", {}, head.map((word, column) => el("th", { scope: "col", class: numeric[column] && column ? "number" : null }, word)))),
      el("tbody", {}, rows.map((row, index) => el("tr", { class: index === marked ? "here" : null },
        row.map((cell, column) => (column
          ? el("td", { class: numeric[column] ? "number" : null }, cell ?? "–")
          : el("th", { scope: "row" }, cell ?? "–"))))))));
}

function fold(summary, ...children) {
  return el("details", { class: "fold" }, el("summary", {}, summary), children);
}

// A key to what is drawn: each entry is a class that colours and patterns, and its meaning.
function keyOf(entries) {
  return el("ul", { class: "key", "aria-label": "Key" }, entries.map(([kind, meaning]) =>
    el("li", {}, el("span", { class: `patch ${kind}`, "aria-hidden": "true" }), meaning)));
}
