// A chart over time. options: title, unit, lines, marks, bands, from, to, height, stacked, log,
// and, where it is not over time: across { ticks, text, said, log }, a cursor of its own, and rest, where that
// goes when nobody points.
// A line: key, label, colour, times, values, and step, dash, width, area, lower, dots, named, off.
class TimeChart {
  constructor(options) {
    this.options = { height: 260, marks: [], bands: [], rest: null, across: { ticks: ticksBetween, text: timeText }, cursor, ...options };
    this.lines = this.drawable(options.lines);
    this.stage = el("div", { class: "stage" });
    this.clock = el("output", { class: "clock" });
    this.element = el("figure", { class: "chart" },
      el("figcaption", {}, el("h3", {}, options.title), this.clock), this.names = this.legend(), this.stage);
    this.stage.style.setProperty("height", `${this.options.height}px`);
    redrawn(this.stage, () => this.draw());
    this.options.cursor.follow((at) => this.showCursor(at));
  }

  drawable(lines) {
    const before = new Map((this.lines || []).map((line) => [line.key, line.shown]));
    return lines.filter((line) => line.values.length)
      .map((line) => ({ ...line, shown: before.has(line.key) ? before.get(line.key) : !line.off }));
  }

  // Other curves in the same chart; those that were hidden stay hidden.
  renew(options) {
    Object.assign(this.options, options);
    this.lines = this.drawable(options.lines);
    const names = this.legend();
    this.names.replaceWith(names);
    this.names = names;
    this.draw();
  }

  legend() {
    const keys = this.options.stacked ? [...this.lines].reverse() : this.lines;
    return el("div", { class: "legend", role: "group", "aria-label": `Curves of ${this.options.title}` },
      keys.map((line) => {
        line.figure = el("span", { class: "figure" });
        return el("button", {
          type: "button", "aria-pressed": String(line.shown), "data-key": line.key,
          onclick: (event) => this.toggle(line, event.currentTarget),
        }, this.swatch(line), el("span", {}, line.label), line.figure);
      }));
  }

  swatch(line) {
    const filledIn = this.options.stacked || line.bars;
    const stroke = { stroke: line.colour, "stroke-width": line.width || 1.75 };
    return svg("svg", { class: "swatch", width: 18, height: 10, "aria-hidden": "true" },
      filledIn ? svg("rect", { x: 2, y: 0, width: 14, height: 10, rx: 2, style: { fill: line.colour } })
        : this.options.log && !line.step ? svg("path", { d: shapeAt(9, 5, line.shape), style: { fill: line.colour } })
          : svg("line", { x1: 0, y1: 5, x2: 18, y2: 5, "stroke-dasharray": line.dash, style: stroke }),
      line.dots && svg("circle", { cx: 9, cy: 5, r: 2.6, style: { fill: line.colour } }));
  }

  toggle(line, button) {
    line.shown = !line.shown;
    button.setAttribute("aria-pressed", String(line.shown));
    this.draw();
  }

  get shown() { return this.lines.filter((line) => line.shown); }

  draw() {
    const width = Math.floor(this.stage.clientWidth);
    if (width < 40) return;
    const { height, from, to, across } = this.options;
    const edge = { left: width < 480 ? 56 : 62, right: 12, top: 24, bottom: 24 };
    this.x = (across.log ? logScale : linearScale)(from, to, edge.left, width - edge.right);
    this.frame = { width, height, ...edge };
    this.prepare();
    const rule = svg("line", { class: "cursor", y1: edge.top, y2: height - edge.bottom, visibility: "hidden" });
    this.dots = svg("g", {});
    const curves = this.options.stacked ? this.layers() : this.shown.map((line) => this.curve(line));
    this.rule = rule;
    this.stage.replaceChildren(svg("svg", {
      width, height, viewBox: `0 0 ${width} ${height}`, tabindex: 0, role: "img",
      "aria-label": `${this.options.title}; arrow keys move the cursor, the figures are in the tables below`,
      onpointermove: (event) => this.point(event), onpointerdown: (event) => this.point(event),
      onpointerleave: () => this.options.cursor.move(this.options.rest), onkeydown: (event) => this.key(event),
    }, this.shades(), this.axes(), this.clipped(curves), this.markLines(), rule, this.dots));
    this.showCursor(this.options.cursor.at);
  }

  // Nothing is drawn outside of the frame: a goal may lie far above the limit.
  clipped(curves) {
    const { width, height, top, left, right, bottom } = this.frame;
    this.id = this.id || `clip-${Math.random().toString(36).slice(2)}`;
    return [
      svg("clipPath", { id: this.id }, svg("rect", { x: left - 4, y: top - 6, width: width - left - right + 8, height: height - top - bottom + 6 })),
      svg("g", { "clip-path": `url(#${this.id})` }, curves),
    ];
  }

  prepare() {
    const { stacked, log, unit } = this.options;
    const base = this.frame.height - this.frame.bottom;
    if (stacked) this.pile();
    const tops = stacked ? [this.highest] : this.shown.map((line) => largest(line.values));
    const most = this.options.ceiling || Math.max(0, ...tops.filter(Number.isFinite)) || 1;
    if (log) {
      const least = Math.min(...this.shown.map((line) => smallest(line.values)));
      const [low, high] = wholePowers(Number.isFinite(least) ? least : most / 10, most, unit);
      this.y = logScale(low, high, base, this.frame.top);
      this.ticks = decades(low, high, unit);
    } else {
      this.y = linearScale(0, most * 1.06, base, this.frame.top);
      this.ticks = ticksUpTo(most * 1.06, Math.max(3, Math.round(this.frame.height / 70)), unit);
    }
  }

  // Stretches of time with a meaning of their own: [from, to] each.
  shades() {
    const { top, height, bottom } = this.frame;
    return svg("g", { class: "bands" }, this.options.bands.map(([from, to]) => svg("rect", {
      x: this.x(from), width: Math.max(1, this.x(to) - this.x(from)), y: top, height: height - bottom - top,
    })));
  }

  axes() {
    const { width, height, left, right, bottom } = this.frame;
    const { from, to, unit, across } = this.options;
    const times = across.ticks(from, to, Math.max(2, Math.floor(width / 110)));
    return svg("g", { class: "axes" },
      this.ticks.map((tick) => [
        svg("line", { x1: left, x2: width - right, y1: this.y(tick), y2: this.y(tick) }),
        svg("text", { x: left - 8, y: this.y(tick) + 4, "text-anchor": "end" }, axisText(tick, unit)),
      ]),
      times.map((tick) => svg("text", {
        x: this.x(tick), y: height - bottom + 17,
        "text-anchor": this.x(tick) > width - 30 ? "end" : "middle",
      }, across.text(tick, to - from))));
  }

  curve(line) {
    if (this.options.log && !line.step) return this.points(line);
    const path = pathOf(line.times, line.values, this.x, this.y, line.step);
    const base = this.frame.height - this.frame.bottom;
    const last = line.times.length - 1;
    const style = { stroke: line.colour, "stroke-width": line.width || 1.75 };
    return svg("g", { class: "curve" },
      line.lower && svg("path", { class: "band", style: { fill: line.colour }, d: this.between(line, path) }),
      line.area && svg("path", {
        class: "area", style: { fill: line.colour },
        d: `${path}L${this.x(line.times[last])},${base}L${this.x(line.times[0])},${base}Z`,
      }),
      svg("path", { d: path, style, "stroke-dasharray": line.dash }),
      line.dots && this.points(line),
      line.named && this.name(line));
  }

  // What lies between a line and its lower values.
  between(line, path) {
    const back = pathOf([...line.times].reverse(), [...line.lower].reverse(), this.x, this.y);
    return `${path}L${back.slice(1)}Z`;
  }

  name(line) {
    const y = this.y(line.values[0]);
    const above = y < this.frame.top - 6;
    const words = `${above ? "↑ " : ""}${line.label} ${figureText(line.values.at(-1), this.options.unit)}${above ? ", above this chart" : ""}`;
    return svg("text", { class: "named", x: this.frame.left + 6, y: above ? this.frame.top + 8 : y - 5 }, words);
  }

  points(line) {
    const small = line.times.length > 200;
    return svg("path", {
      class: "points", style: { fill: line.colour },
      d: line.times.map((at, index) => (line.values[index] > 0 || !this.options.log
        ? shapeAt(this.x(at), this.y(line.values[index]), line.shape, small ? 1.6 : 2.6) : "")).join(""),
    });
  }

  markLines() {
    const { height, bottom, width } = this.frame;
    return this.options.marks.map((mark) => {
      const at = this.x(mark.at_seconds);
      if (mark.kind === "profile") {
        return svg("path", { class: "mark profile", d: `M${at - 4},${height - bottom}h8l-4,-7z` },
          svg("title", {}, `${mark.label}, ${timeText(mark.at_seconds, this.options.to - this.options.from)}`));
      }
      const late = at > width / 2;
      const word = `${mark.kind === "kill" ? "✗ " : ""}${mark.label} ${secondsText(mark.at_seconds)}`;
      return svg("g", { class: `mark ${mark.kind}` },
        svg("line", { x1: at, x2: at, y1: 4, y2: height - bottom }),
        svg("text", { x: at + (late ? -6 : 6), y: 14, "text-anchor": late ? "end" : "start" }, word));
    });
  }

  point(event) {
    const box = event.currentTarget.getBoundingClientRect();
    const at = this.x.back(event.clientX - box.left);
    this.options.cursor.move(Math.max(this.options.from, Math.min(this.options.to, at)));
  }

  key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const { from, to, cursor } = this.options;
    if (event.key === "Escape") cursor.move(this.options.rest);
    if (!step) return;
    event.preventDefault();
    const now = cursor.at === null ? (step > 0 ? from : to) : cursor.at + (step * (to - from)) / 100;
    cursor.move(Math.max(from, Math.min(to, now)));
  }

  showCursor(at) {
    if (!this.frame) return;
    this.rule.setAttribute("visibility", at === null ? "hidden" : "visible");
    const { across, from, to } = this.options;
    this.clock.textContent = at === null ? "" : `at ${(across.said || across.text)(at, to - from)}`;
    const dots = [];
    for (const line of this.lines) {
      const index = at === null ? line.values.length - 1 : indexAt(line.times, at);
      const value = index < 0 ? NaN : line.values[index];
      line.figure.textContent = Number.isFinite(value) ? figureText(value, this.options.unit) : "–";
      if (at !== null && line.shown && !this.options.stacked && Number.isFinite(value)) {
        const x = line.step || this.options.log ? this.x(at) : this.x(line.times[index]);
        if (!this.options.log) dots.push(svg("circle", { cx: x, cy: Math.max(this.y(value), this.frame.top - 4), r: 3.4, style: { fill: line.colour } }));
      }
    }
    this.dots.replaceChildren(...dots);
    if (at !== null) for (const end of ["x1", "x2"]) this.rule.setAttribute(end, this.x(at));
  }
}
