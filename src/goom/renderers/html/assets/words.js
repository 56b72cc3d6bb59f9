// Figures as people read them; the same rules as goom/case/units.py.
const MIB = 1048576;

function bytesText(count) {
  if (!Number.isFinite(count)) return "unknown";
  const suffixes = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
  let size = Math.abs(count), step = 0;
  while (size >= 1024 && step < suffixes.length - 1) { size /= 1024; step += 1; }
  const digits = step === 0 || size >= 1000 ? 0 : 1;
  return `${count < 0 ? "−" : ""}${size.toFixed(digits)} ${suffixes[step]}`;
}

function countText(count) {
  if (!Number.isFinite(count)) return "unknown";
  return count.toLocaleString("en", { maximumFractionDigits: Math.abs(count) < 10 ? 2 : 0 });
}

function countOf(count, word) {
  return `${countText(count)} ${word}${count === 1 ? "" : "s"}`;
}

function percentText(fraction) {
  if (!Number.isFinite(fraction)) return "unknown";
  const value = fraction * 100;
  return `${value.toFixed(Math.abs(value) < 10 ? 1 : 0)} %`;
}

// Never a certainty, as no diagnosis is one.
function confidenceText(confidence) {
  if (!Number.isFinite(confidence)) return "–";
  return confidence > 0.99 ? "> 0.99" : confidence < 0.01 ? "< 0.01" : confidence.toFixed(2);
}

function secondsText(seconds) {
  if (!Number.isFinite(seconds)) return "unknown";
  const size = Math.abs(seconds);
  if (size === 0) return "0 s";
  if (size < 1e-3) return `${(seconds * 1e6).toFixed(0)} µs`;
  if (size < 1) return `${(seconds * 1e3).toFixed(size < 0.01 ? 1 : 0)} ms`;
  if (size < 120) return `${seconds.toFixed(1)} s`;
  if (size < 7200) return `${(seconds / 60).toFixed(0)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

function figureText(value, unit) {
  const say = { bytes: bytesText, fraction: percentText, seconds: secondsText }[unit];
  return (say || countText)(value);
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
