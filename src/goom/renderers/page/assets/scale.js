// From figures to pixels, and round figures for the axes.
function linearScale(from, to, low, high) {
  const span = to - from || 1;
  const scale = (value) => low + ((value - from) / span) * (high - low);
  scale.back = (pixel) => from + ((pixel - low) / (high - low || 1)) * span;
  return scale;
}

function logScale(from, to, low, high) {
  const scale = linearScale(Math.log10(from), Math.log10(to), low, high);
  const logged = (value) => scale(Math.log10(Math.max(value, from)));
  logged.back = (pixel) => 10 ** scale.back(pixel);
  return logged;
}

// Steps of 1, 2 and 5; of powers of two for bytes, as limits are set in those.
function roundStep(rough, unit) {
  if (unit === "bytes") return 2 ** Math.round(Math.log2(Math.max(rough, 1)));
  const power = 10 ** Math.floor(Math.log10(rough));
  const times = rough / power;
  return power * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
}

function ticksUpTo(most, count, unit) {
  const step = roundStep(most / count, unit);
  const ticks = [];
  for (let tick = 0; tick <= most * 1.0001; tick += step) ticks.push(tick);
  return ticks;
}

function ticksBetween(from, to, count) {
  const step = timeStep((to - from) / count);
  const ticks = [];
  for (let tick = Math.ceil(from / step) * step; tick <= to + step * 1e-6; tick += step) ticks.push(tick);
  return ticks;
}

function timeStep(rough) {
  const minutes = [60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400];
  return rough <= 30 ? roundStep(Math.max(rough, 1e-3), "seconds")
    : minutes.find((step) => step >= rough) || roundStep(rough / 86400, "days") * 86400;
}

// Logarithmic axes go by powers of ten; of sixteen for bytes.
function decades(from, to, unit) {
  const by = unit === "bytes" ? Math.log10(16) : 1;
  const ticks = [];
  for (let power = Math.ceil(Math.log10(from) / by - 1e-9); power <= Math.log10(to) / by + 1e-9; power += 1) ticks.push(10 ** (power * by));
  return ticks;
}

// The round figures around a span, at least one power apart.
function wholePowers(least, most, unit) {
  const by = unit === "bytes" ? 2 : 10;
  const low = by ** Math.floor(Math.log(least) / Math.log(by) + 1e-9);
  const high = by ** Math.ceil(Math.log(most) / Math.log(by) - 1e-9);
  return [low, high > low ? high : low * by];
}

// A time on the axis, all in the unit of the whole span.
function timeText(seconds, span) {
  const [size, unit] = span < 180 ? [1, "s"] : span < 10800 ? [60, "min"] : [3600, "h"];
  const value = seconds / size;
  return `${Number(value.toFixed(span / size < 4 ? 2 : span / size < 40 ? 1 : 0))} ${unit}`;
}
