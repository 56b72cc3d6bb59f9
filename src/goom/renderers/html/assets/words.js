// What a diagnosis says in words: how sure, where in the code, which cause.
// Never a certainty, as no diagnosis is one.
function confidenceText(confidence) {
  if (!Number.isFinite(confidence)) return "–";
  return confidence > 0.99 ? "> 0.99" : confidence < 0.01 ? "< 0.01" : confidence.toFixed(2);
}

// "example.com/shop/cache.(*Cache).Put" as "cache.(*Cache).Put".
function shortFunction(name) {
  const bracket = name.indexOf("[");
  const path = bracket < 0 ? name : name.slice(0, bracket);
  return name.slice(path.lastIndexOf("/") + 1);
}

function shortFile(file) {
  return file.split("/").filter(Boolean).slice(-3).join("/");
}

function placeText(file, line) {
  const short = shortFile(file || "");
  return short && line > 0 ? `${short}:${line}` : short;
}

// Where a function is, as its name over its place.
function codePlace(name, file, line) {
  const place = placeText(file, line);
  return el("span", { class: "place", title: name },
    el("code", { class: "function" }, shortFunction(name) || "(no name)"),
    place && el("span", { class: "file", title: file }, place));
}

const CAUSES = {
  goroutine_leak: "goroutines are started and never end",
  heap_leak: "what survives a collection keeps growing",
  startup_burst: "memory peaks while the service starts",
  traffic_surge: "a burst of work went over the limit",
  alloc_churn: "garbage is made so fast that collecting it takes the CPU",
  limit_too_low: "GOMEMLIMIT is below what the service keeps",
  limit_missing: "the goal that GOGC sets passes the limit, and no GOMEMLIMIT holds it back",
  fragmentation: "Go holds a multiple of what is live",
  off_heap: "memory grows outside of what Go asked for",
  stack_growth: "goroutine stacks are the largest part",
  pool_retention: "a pool keeps buffers at their largest size",
  healthy: "nothing is wrong",
  cannot_tell: "what was seen does not decide it",
};

const SCENARIOS = {
  at_start: "at start", after_surge: "after a surge", over_hours: "over hours",
  steady: "all the time",
};
