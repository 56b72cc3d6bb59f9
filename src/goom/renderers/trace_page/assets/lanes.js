// One strip for each goroutine that was held up: the darker, the more of that time it assisted.
const LANE_HEIGHT = 22, SHADES = [0.25, 0.5, 0.75, 1];

class Lanes {
  constructor(timeline) {
    this.timeline = timeline;
    this.clock = el("output", { class: "clock" });
    this.strips = timeline.lanes.map((lane) => this.strip(lane));
    this.element = el("figure", { class: "chart lanes" },
      el("figcaption", {}, el("h3", {}, "Goroutines in mark assists"), this.clock),
      el("p", { class: "shades" }, "Of that time it assisted ", SHADES.map((shade, index) =>
        el("span", {}, el("span", { class: "shade", style: { opacity: opacityOf(shade) } }),
          index ? `up to ${shade * 100} %` : "up to 25 %"))),
      this.strips.map((one) => one.row));
    cursor.follow((at) => this.showCursor(at));
  }

  strip(lane) {
    const stage = el("div", { class: "stage lane" });
    const figure = el("span", { class: "figure" });
    const row = el("div", { class: "lane-row" },
      el("div", { class: "lane-name" },
        el("span", { class: "lane-who" }, el("code", {}, lane.name), el("span", { class: "soft" }, ` goroutine ${lane.goroutine}`)),
        el("span", { class: "lane-sum" }, el("b", {}, secondsText(lane.seconds)),
          ` in ${countOf(lane.assists, "assist")}, longest ${secondsText(lane.longest_seconds)} `, figure),
        lane.where && el("span", { class: "file" }, lane.where)),
      stage);
    const one = { lane, stage, figure, row };
    redrawn(stage, () => this.draw(one));
    return one;
  }

  draw(one) {
    const width = Math.floor(one.stage.clientWidth);
    if (width < 20) return;
    one.x = linearScale(0, this.timeline.duration_seconds, 0, width);
    one.rule = svg("line", { class: "cursor", y1: 0, y2: LANE_HEIGHT, visibility: "hidden" });
    one.stage.replaceChildren(svg("svg", {
      width, height: LANE_HEIGHT, viewBox: `0 0 ${width} ${LANE_HEIGHT}`, role: "img",
      "aria-label": `When goroutine ${one.lane.goroutine} assisted`,
      onpointermove: (event) => this.point(event, one), onpointerdown: (event) => this.point(event, one),
      onpointerleave: () => cursor.move(null),
    }, svg("rect", { class: "lane-bed", width, height: LANE_HEIGHT, rx: 3 }), this.shaded(one, width), one.rule));
    this.showCursor(cursor.at);
  }

  // One path for each shade: a thousand buckets are few elements then.
  shaded(one, width) {
    const columns = new Float64Array(width);
    one.lane.assisting.forEach((share, index) => {
      const from = Math.floor(one.x(index * this.timeline.width_seconds));
      const to = Math.max(from, Math.ceil(one.x((index + 1) * this.timeline.width_seconds)) - 1);
      for (let at = from; at <= Math.min(to, width - 1); at += 1) columns[at] = Math.max(columns[at], share || 0);
    });
    return SHADES.map((shade, index) => {
      let path = "";
      columns.forEach((share, at) => {
        if (share > (index ? SHADES[index - 1] : 0) && share <= shade) path += `M${at},0h1v${LANE_HEIGHT}h-1z`;
      });
      return path && svg("path", { class: "lane-on", d: path, "fill-opacity": opacityOf(shade) });
    });
  }

  point(event, one) {
    const box = event.currentTarget.getBoundingClientRect();
    cursor.move(Math.max(0, Math.min(this.timeline.duration_seconds, one.x.back(event.clientX - box.left))));
  }

  showCursor(at) {
    this.clock.textContent = at === null ? "" : `at ${momentText(at, this.timeline.duration_seconds)}`;
    for (const { lane, figure, rule, x } of this.strips) {
      const share = at === null ? null : lane.assisting[Math.min(Math.floor(at / this.timeline.width_seconds), lane.assisting.length - 1)];
      figure.textContent = share ? `${percentText(share)} here` : "";
      if (!rule) continue;
      rule.setAttribute("visibility", at === null ? "hidden" : "visible");
      if (at !== null) for (const end of ["x1", "x2"]) rule.setAttribute(end, x(at));
    }
  }
}

function opacityOf(shade) { return 0.15 + 0.85 * shade; }

// A moment, as fine as the whole trace asks for.
function momentText(seconds, span) {
  const size = span < 0.5 ? 1e-3 : 1;
  const digits = span / size < 1 ? 3 : span / size < 20 ? 2 : span / size < 200 ? 1 : 0;
  return `${Number((seconds / size).toFixed(digits))} ${size === 1 ? "s" : "ms"}`;
}
