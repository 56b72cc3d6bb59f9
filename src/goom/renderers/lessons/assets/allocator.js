// The page about the allocator. One request and one version are chosen; every part follows.
const chosen = {
  key: lesson.requests[0].key,
  era: lesson.era,
  followers: [],
  follow(tell) { this.followers.push(tell); },
  request() { return lesson.requests.find((one) => one.key === this.key); },
  set(change) { Object.assign(this, change); for (const tell of this.followers) tell(); },
};

function wayPart() {
  const tower = new Tower(lesson.levels);
  const wayNow = () => chosen.request().eras[chosen.era];
  const walk = new Walk({
    id: "way", title: "The way of a request", stage: tower.element, kind: "tall",
    head: [
      choice("Request", lesson.requests, chosen.key, (key) => chosen.set({ key })),
      choice("Go", lesson.eras, chosen.era, (era) => chosen.set({ era })),
    ],
    draw: (step, at, now) => tower.show({ step, at, way: now.steps, request: chosen.request(), here: wayNow().here }),
    extra: (step) => factStrip([
      ["how often", step.once_per_requests <= 1 ? "every request" : `1 in ${countText(Math.round(step.once_per_requests))}`],
      ...step.costs.filter(([, count]) => count).map(([what, count]) => [what, countText(count)]),
    ]),
  });
  chosen.follow(() => walk.renew(wayNow().way));
  walk.renew(wayNow().way);
  return part("way", "The way", "Level by level, ever more rarely", [
    "Each P, one for each thread that can run Go code at a time, has its own cache. Below it come the levels that all share. A request goes down only as far as it must.",
    "Step through it. The story begins with the usual case and ends with the rare one, in which nothing is at hand on any level.",
  ], walk.element, keyOf([["given", "taken by this request"], ["used", "in use"], ["free", "free"], ["reserved", "address space without memory"]]));
}

function spentPart() {
  const rows = el("div", { class: "plot spents" }, spentRows(chosen.request()));
  const title = el("span", {}, chosen.request().label);
  chosen.follow(() => { rows.replaceChildren(...spentRows(chosen.request())); title.textContent = kept(chosen.request().label); });
  return part("spent", "What it costs", "What a request really costs", [
    "A slot may be larger than what was asked for, and at the end of a span something is left over. The slot sizes stayed; what the runtime keeps at the end of a span changed.",
  ], el("p", { class: "lead" }, "Chosen above: ", el("b", {}, title), "."), rows, partsKey());
}

function levelsPart() {
  return part("levels", "Levels", "Who owns what", null, el("div", { class: "plot" }, tableOf(["level", "belongs to", "holds", "lock", "source"],
    lesson.levels.map((one) => [one.name, one.belongs_to, one.holds, one.lock, el("code", {}, one.file)]))));
}

assemble("The allocator", [
  "Go's memory allocator is a row of caches. This page follows one request through all of them, in three eras of Go.",
], [wayPart(), spentPart(), reusePart(), pagesPart(), tinyPart(), wastePart(chosen), levelsPart(), saidPart([...lesson.said, ...lesson.page_map.said])]);
