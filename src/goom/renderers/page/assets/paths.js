// Curves, layers and marks as SVG paths.
function largest(values) {
  let most = -Infinity;
  for (const value of values) if (value > most) most = value;
  return most;
}

function smallest(values) {
  let least = Infinity;
  for (const value of values) if (value > 0 && value < least) least = value;
  return least;
}

function axisText(tick, unit) {
  if (unit === "bytes") return tick === 0 ? "0" : bytesText(tick).replace(".0 ", " ");
  if (unit === "fraction") return `${Number((tick * 100).toFixed(2))} %`;
  if (unit === "seconds") return secondsText(tick).replace(".0 ", " ");
  return countText(tick);
}

function pathOf(times, values, x, y, step) {
  let path = "";
  times.forEach((at, index) => {
    if (!Number.isFinite(values[index])) return;
    const px = x(at).toFixed(1), py = y(values[index]).toFixed(1);
    path += !path ? `M${px},${py}` : step ? `H${px}V${py}` : `L${px},${py}`;
  });
  return path;
}

// Shapes tell the points apart where colours cannot.
function shapeAt(x, y, shape, size = 3) {
  const [px, py, s] = [x.toFixed(1), y.toFixed(1), size];
  if (shape === "square") return `M${px},${py}m${-s},${-s}h${2 * s}v${2 * s}h${-2 * s}z`;
  if (shape === "triangle") return `M${px},${py}m0,${-s * 1.2}l${s * 1.2},${s * 2.2}h${-s * 2.4}z`;
  if (shape === "diamond") return `M${px},${py}m0,${-s * 1.4}l${s * 1.4},${s * 1.4}l${-s * 1.4},${s * 1.4}l${-s * 1.4},${-s * 1.4}z`;
  return `M${px},${py}m${-s},0a${s},${s} 0 1,0 ${2 * s},0a${s},${s} 0 1,0 ${-2 * s},0z`;
}

// Stacked layers: each line's values on top of those below it.
TimeChart.prototype.pile = function pile() {
  const below = new Array(this.options.lines[0] ? this.options.lines[0].times.length : 0).fill(0);
  for (const line of this.shown) {
    line.base = below.slice();
    line.values.forEach((value, index) => { below[index] += Math.max(value || 0, 0); });
    line.top = below.slice();
  }
  this.highest = largest(below);
};

TimeChart.prototype.layers = function layers() {
  return this.shown.map((line) => {
    const up = pathOf(line.times, line.top, this.x, this.y);
    const down = pathOf([...line.times].reverse(), [...line.base].reverse(), this.x, this.y);
    return svg("path", { class: "layer", d: `${up}L${down.slice(1)}Z`, style: { fill: line.colour } },
      svg("title", {}, line.label));
  });
};
