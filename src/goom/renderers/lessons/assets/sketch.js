// A drawing whose parts have names: drawn again, a part with the same name moves to its new place.
class Sketch {
  // draw(width, sketch) is called at first, when the width changes, and by again().
  constructor(label, draw) {
    this.root = svg("svg", { class: "drawing", role: "img", "aria-label": label });
    this.element = el("div", { class: "sketch" }, this.root);
    this.drawn = draw;
    this.parts = new Map();
    redrawn(this.element, () => this.again());
  }

  again() {
    const width = Math.floor(this.element.clientWidth);
    if (width < 40) return;
    this.seen = new Set();
    this.last = null;
    const height = Math.ceil(this.drawn(width, this));
    this.root.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.root.setAttribute("width", width);
    this.root.setAttribute("height", height);
    for (const [name, part] of this.parts) {
      if (this.seen.has(name)) continue;
      part.remove();
      this.parts.delete(name);
    }
  }

  // A part by its name; `style` moves with a transition, text is text.
  put(name, tag, attributes, text) {
    this.seen.add(name);
    let part = this.parts.get(name);
    if (!part) {
      part = svg(tag, {});
      this.parts.set(name, part);
      if (this.last) this.last.after(part); else this.root.prepend(part);  // what stays is not moved: its transition would end
    }
    this.last = part;
    for (const old of part.getAttributeNames()) {
      if (!(old in attributes) && old !== "style") part.removeAttribute(old);
    }
    filled(part, attributes, []);
    if (text !== undefined && part.textContent !== kept(String(text))) part.textContent = kept(String(text));
    return part;
  }

  box(name, x, y, width, height, look, more) {
    return this.put(name, "rect", { x, y, width: Math.max(0, width), height: Math.max(0, height), class: look, ...more });
  }

  line(name, x1, y1, x2, y2, look) {
    return this.put(name, "path", { d: `M${x1},${y1}L${x2},${y2}`, class: look });
  }

  word(name, x, y, text, look = "", anchor = "start") {
    return this.put(name, "text", { x, y, class: look, "text-anchor": anchor }, text);
  }

  says(label) { this.root.setAttribute("aria-label", label); }
}
