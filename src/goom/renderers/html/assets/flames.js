// The flame graphs side by side as tabs, with one search for all of them.
const FLAME_TITLES = {
  live_bytes: "Live bytes", growth: "Growth", allocated_bytes: "Allocated bytes", goroutines: "Goroutines",
};

// Whose code a function is: the user's own, Go's, or another module's.
function codeKinds(own) {
  return (name, file) => {
    const first = name.split("/")[0];
    if (name.startsWith("main.") || own.some((prefix) => name.startsWith(prefix))) return "own";
    const go = !first.includes(".") || !name.includes("/") && !file.includes("@");
    if (go && !name.startsWith("main")) return "go";
    return own.length ? "other" : "own";
  };
}

function flamesSection(report) {
  if (!report.flames.length) return null;
  const kindOf = codeKinds(report.subject.main_packages);
  const wanted = Object.keys(FLAME_TITLES);
  const trees = [...report.flames].sort((one, other) => wanted.indexOf(one.key) - wanted.indexOf(other.key));
  const found = el("output", { class: "found" });
  const stage = el("div", { id: "flame-stage", role: "tabpanel" });
  const search = el("input", { type: "search", placeholder: "Search functions and files", "aria-label": "Search the flame graph",
    spellcheck: "false", autocomplete: "off", oninput: () => { found.textContent = current.search(search.value); } });
  const reset = el("button", { type: "button", class: "plain", disabled: true, onclick: () => current.zoom(0) }, "Whole graph");
  let current = null;
  const tabs = trees.map((tree) => el("button", { type: "button", role: "tab", "data-flame": tree.key, "aria-controls": "flame-stage",
    onclick: () => show(tree), onkeydown: (event) => walk(event) }, FLAME_TITLES[tree.key] || tree.label));
  const graphs = new Map();
  function show(tree) {
    if (!graphs.has(tree.key)) graphs.set(tree.key, new FlameGraph(tree, kindOf));
    current = graphs.get(tree.key);
    current.onzoom = (node) => { reset.disabled = node === 0; };
    reset.disabled = current.zoomed === 0;
    trees.forEach((one, index) => {
      tabs[index].setAttribute("aria-selected", String(one === tree));
      tabs[index].setAttribute("tabindex", one === tree ? "0" : "-1");
    });
    stage.replaceChildren(current.element);
    found.textContent = current.search(search.value);
  }
  function walk(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    const next = (tabs.indexOf(event.currentTarget) + step + tabs.length) % tabs.length;
    tabs[next].focus();
    tabs[next].click();
  }
  const legend = el("div", { class: "flame-legend" },
    [["own", "your code"], ["other", "other modules"], ["go", "Go itself"]].map(([kind, word]) =>
      el("span", {}, el("span", { class: `dot ${kind}` }), word)),
    trees.some((tree) => tree.key === "growth") ? el("span", {}, "hatched, in Growth: part of what is under it shrank") : null);
  show(trees[0]);
  return section("flames", "Flame graphs", "Width is size; a call stands under its caller. Click or Enter to zoom, Escape for the whole.",
    el("div", { class: "flame-tools" }, el("div", { role: "tablist", "aria-label": "Which profile", class: "tabs" }, tabs),
      el("div", { class: "flame-search" }, search, found, reset)),
    stage, legend);
}
