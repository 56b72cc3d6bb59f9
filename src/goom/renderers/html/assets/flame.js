// One flame graph, root at the top: width is what a call and all beneath it hold.
const ROW = 21;

class FlameGraph {
  constructor(tree, kindOf) {
    Object.assign(this, { tree, kindOf, zoomed: 0, wanted: "", focused: 0 });
    this.children = tree.parent.map(() => []);
    tree.parent.forEach((parent, node) => { if (parent >= 0) this.children[parent].push(node); });
    for (const list of this.children) list.sort((one, other) => tree.total[other] - tree.total[one]);
    this.names = tree.function.map((index) => (index < 0 ? tree.label : tree.functions[index]));
    this.stage = el("div", { class: "flame", role: "tree", "aria-label": `Flame graph of ${tree.label}`,
      onclick: (event) => this.pick(event), onpointerover: (event) => this.tell(nodeOf(event)),
      onfocusin: (event) => this.tell(nodeOf(event)), onkeydown: (event) => this.key(event) });
    this.status = el("div", { class: "flame-status", "aria-live": "polite" });
    this.element = el("div", { class: "flame-box" }, this.stage, this.status);
    redrawn(this.stage, () => this.draw());
    this.tell(0);
  }

  figure(value) { return figureText(value, this.tree.unit); }

  // The zoomed node's own way up from the root, each of full width.
  way() {
    const way = [];
    for (let node = this.zoomed; node >= 0; node = this.tree.parent[node]) way.unshift(node);
    return way;
  }

  draw() {
    const width = this.stage.clientWidth;
    if (width < 40) return;
    const way = this.way();
    const boxes = way.map((node, depth) => this.box(node, 0, width, depth, depth < way.length - 1));
    const scale = width / (this.tree.total[this.zoomed] || 1);
    let deepest = way.length - 1;
    const place = (node, left, depth) => {
      let edge = left;
      for (const child of this.children[node]) {
        const size = this.tree.total[child] * scale;
        if (size < 0.6) break;
        boxes.push(this.box(child, edge, size, depth, false));
        deepest = Math.max(deepest, depth);
        place(child, edge, depth + 1);
        edge += size;
      }
    };
    place(this.zoomed, 0, way.length);
    this.stage.style.setProperty("height", `${(deepest + 1) * ROW}px`);
    this.stage.replaceChildren(...boxes);
  }

  box(node, left, width, depth, above) {
    const name = this.names[node];
    const grown = this.tree.key === "growth" && node > 0 && this.tree.net[node] < 0.9 * this.tree.total[node];
    const kinds = ["box", grown && "mixed", node ? this.kindOf(name, this.fileOf(node)) : "root", above && "above", this.matches(node) && "match"];
    return el("div", {
      class: kinds.filter(Boolean).join(" "), "data-node": node, role: "treeitem",
      tabindex: node === this.focused ? 0 : -1, "aria-level": depth + 1,
      "aria-label": `${name}, ${this.figure(this.tree.total[node])}`,
      style: { left: `${left.toFixed(2)}px`, top: `${depth * ROW}px`, width: `${Math.max(width - 0.8, 0.5).toFixed(2)}px` },
    }, width > 26 ? this.caption(node, width) : null);
  }

  caption(node, width) {
    const name = node ? shortFunction(this.names[node]) : `${this.tree.label}: ${this.figure(this.tree.total[0])}`;
    return width > 220 && node ? [name, el("span", {}, ` ${percentText(this.tree.total[node] / (this.tree.total[0] || 1))}`)] : name;
  }

  fileOf(node) {
    const index = this.tree.function[node];
    return index < 0 ? "" : this.tree.files[index];
  }

  matches(node) {
    return this.wanted !== "" && node > 0
      && (this.names[node].toLowerCase().includes(this.wanted) || this.fileOf(node).toLowerCase().includes(this.wanted));
  }

  search(text) {
    this.wanted = text.trim().toLowerCase();
    this.stage.classList.toggle("searching", this.wanted !== "");
    this.draw();
    if (!this.wanted) return "";
    let held = 0, count = 0;
    const sum = (node) => {
      if (this.matches(node)) { held += this.tree.total[node]; count += 1; } else this.children[node].forEach(sum);
    };
    sum(0);
    if (!count) return "nothing found";
    return `${percentText(held / (this.tree.total[0] || 1))}, ${this.figure(held)}`;
  }

  pick(event) {
    const node = nodeOf(event);
    if (node === null) return;
    this.focused = node;
    this.zoom(node);
  }

  zoom(node) {
    this.zoomed = node;
    this.draw();
    this.tell(node);
    if (this.onzoom) this.onzoom(node);
  }

  tell(node) {
    if (node === null) return;
    const { total, own, net } = this.tree;
    const share = percentText(total[node] / (total[0] || 1));
    const change = this.tree.key === "growth" && net[node] !== total[node] ? `, net ${this.figure(net[node])}` : "";
    const rest = own[node] > 0 && own[node] < total[node] ? `, ${this.figure(own[node])} in itself` : "";
    this.status.replaceChildren(
      el("code", {}, this.names[node]),
      el("span", { class: "file" }, node ? placeText(this.fileOf(node), this.tree.line[node]) : this.tree.note || this.tree.origin),
      el("span", { class: "figure" }, `${this.figure(total[node])} (${share})${rest}${change}`));
  }

  key(event) {
    const node = nodeOf(event);
    if (node === null) return;
    const siblings = node ? this.children[this.tree.parent[node]] : [0];
    const beside = (step) => siblings[siblings.indexOf(node) + step];
    const to = {
      ArrowUp: () => this.tree.parent[node], ArrowDown: () => this.children[node][0],
      ArrowLeft: () => beside(-1), ArrowRight: () => beside(1),
    }[event.key];
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); this.zoom(node); this.focus(node); }
    if (event.key === "Escape") { this.zoom(0); this.focus(0); }
    if (!to) return;
    event.preventDefault();
    this.focus(to());
  }

  focus(node) {
    const box = node >= 0 && this.stage.querySelector(`[data-node="${Number(node)}"]`);
    if (!box) return;
    this.focused = node;
    for (const other of this.stage.querySelectorAll('[tabindex="0"]')) other.setAttribute("tabindex", "-1");
    box.setAttribute("tabindex", "0");
    box.focus();
  }
}

function nodeOf(event) {
  const box = event.target.closest("[data-node]");
  return box ? Number(box.getAttribute("data-node")) : null;
}
