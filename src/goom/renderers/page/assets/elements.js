// Elements from parts. Text only ever becomes a text node: nothing here parses markup.
const SVG = "http://www.w3.org/2000/svg";

// A figure is not torn from its unit at the end of a line.
function kept(text) {
  return text.replace(/(\d) (?=(?:[KMGT]iB|B|s|ms|µs|min|h|%)(?![\w]))/g, "$1\u00a0");
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "style") for (const [key, to] of Object.entries(value)) element.style.setProperty(key, to);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(kept(String(child))));
  }
  return element;
}

function el(tag, attributes, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

function svg(tag, attributes, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

// Draw again when the width changed, after the browser has laid the page out.
function redrawn(stage, draw) {
  let drawn = -1;
  new ResizeObserver(() => requestAnimationFrame(() => {
    if (stage.clientWidth === drawn) return;
    drawn = stage.clientWidth;
    draw();
  })).observe(stage);
}

function section(id, title, lead, ...children) {
  return el("section", { id, "aria-labelledby": `${id}-title` },
    el("div", { class: "heading" },
      el("h2", { id: `${id}-title` }, title),
      lead && el("p", { class: "lead" }, lead)),
    children);
}

// Prose in which a command's options are not torn apart at their hyphens.
function prose(text) {
  return text.split(/(\s+)/).map((word) => (word.startsWith("-") ? el("span", { class: "whole" }, word) : word));
}

function shareBar(fraction, kind) {
  const width = Math.max(0, Math.min(1, fraction || 0)) * 100;
  return el("span", { class: `share ${kind || ""}`, "aria-hidden": "true" },
    el("span", { style: { width: `${width.toFixed(2)}%` } }));
}
