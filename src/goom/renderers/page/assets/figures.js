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

// What rounds to nothing has no sign.
function unsigned(digits) {
  return Number(digits) === 0 ? digits.replace("-", "") : digits;
}

function percentText(fraction) {
  if (!Number.isFinite(fraction)) return "unknown";
  const value = fraction * 100;
  return `${unsigned(value.toFixed(Math.abs(value) < 10 ? 1 : 0))} %`;
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
