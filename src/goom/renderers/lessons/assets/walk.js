// A walk: a drawing that a reader steps through. Every step was computed before; none is here.
const narrowScreen = matchMedia("(max-width: 1000px)");
const walks = [];

class Walk {
  // options: id, title, stage (an element), draw(step, index, walk), extra(step) for beside the text.
  constructor(options) {
    this.options = options;
    this.steps = [];
    this.at = 0;
    this.timer = null;
    this.telling = el("div", { class: "telling", "aria-live": "polite", "aria-atomic": "true" });
    this.beside = el("div", { class: "beside" });
    this.list = el("ol", { class: "all-steps" });
    this.side = el("div", { class: "walk-side" }, this.telling, this.controls());
    this.folded = fold("All steps as text", this.list);
    this.element = el("figure", { class: `walk ${options.kind || ""}`, id: `${options.id}-walk`, role: "group", "aria-label": options.title },
      options.head && el("div", { class: "walk-head" }, options.head),
      el("div", { class: "walk-stage" }, options.stage), this.side, this.folded);
    narrowScreen.addEventListener("change", () => this.place());
    this.place();
    walks.push(this);
  }

  // On a narrow screen the text and the buttons stay in view; the figures beside them need not.
  place() {
    if (narrowScreen.matches) this.folded.before(this.beside); else this.side.append(this.beside);
  }

  controls() {
    this.back = this.button("←", "Previous step", () => this.show(this.at - 1, true));
    this.play = this.button("▶", "Play", () => (this.timer ? this.pause() : this.start()));
    this.next = this.button("Next →", "Next step", () => this.show(this.at + 1, true));
    this.next.classList.add("primary");
    this.scrubber = el("input", { type: "range", min: 1, max: 1, value: 1, step: 1, "aria-label": "Step", oninput: () => this.show(Number(this.scrubber.value) - 1, true) });
    this.count = el("span", { class: "count" });
    return el("div", { class: "controls" },
      el("div", { class: "buttons" }, this.back, this.play, this.next),
      el("div", { class: "scrub" }, this.scrubber, this.count),
      el("p", { class: "hint" }, "The keys ← and → step too."));
  }

  button(sign, name, press) {
    return el("button", { type: "button", "aria-label": name, title: name, onclick: press }, sign);
  }

  // Other steps for the same drawing, from their start or, where asked, from the same place.
  renew(steps, at = 0) {
    this.steps = steps;
    this.scrubber.max = steps.length;
    this.list.replaceChildren(...steps.map((step) => el("li", {}, el("b", {}, step.title), " ", codeWords(step.text))));
    this.show(Math.min(at, steps.length - 1));
  }

  show(index, byHand) {
    if (byHand) this.pause();
    this.at = Math.max(0, Math.min(this.steps.length - 1, index));
    const step = this.steps[this.at];
    this.scrubber.value = this.at + 1;
    this.scrubber.setAttribute("aria-valuetext", `${this.at + 1} of ${this.steps.length}: ${step.title}`);
    this.count.textContent = `${this.at + 1} / ${this.steps.length}`;
    this.back.disabled = this.at === 0;
    this.next.disabled = this.at === this.steps.length - 1;
    this.element.dataset.step = this.at;
    this.telling.replaceChildren(
      el("h3", {}, el("span", { class: "ordinal" }, `${this.at + 1}`), step.title),
      el("p", {}, codeWords(step.text)),
      step.code ? el("pre", { class: "go-code" }, step.code) : "",
      step.source ? el("p", { class: "origin" }, step.source) : "");
    this.options.draw(step, this.at, this);
    this.beside.replaceChildren(...[this.options.extra ? this.options.extra(step, this.at) : null].flat().filter(Boolean));
  }

  start() {
    if (this.at === this.steps.length - 1) this.show(0);
    this.running(true);
    this.wait();
  }

  // Long enough to read the step.
  wait() {
    this.timer = setTimeout(() => {
      this.show(this.at + 1);
      if (this.at < this.steps.length - 1) this.wait(); else this.pause();
    }, 1600 + 42 * this.steps[this.at].text.length);
  }

  pause() {
    clearTimeout(this.timer);
    this.timer = null;
    this.running(false);
  }

  running(yes) {
    this.play.textContent = yes ? "❚❚" : "▶";
    const name = yes ? "Pause" : "Play";
    this.play.setAttribute("aria-label", name);
    this.play.title = name;
  }
}

// The walk that a key is meant for: the one in focus, else the one most in view.
function walkInView() {
  const focused = walks.find((walk) => walk.element.contains(document.activeElement));
  if (focused) return focused;
  const seen = (walk) => {
    const box = walk.element.getBoundingClientRect();
    return Math.min(box.bottom, innerHeight) - Math.max(box.top, 0);
  };
  const best = [...walks].sort((one, other) => seen(other) - seen(one))[0];
  return best && seen(best) > 80 ? best : null;
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
  const target = document.activeElement;
  if (target && (target.closest("input, select, textarea, summary, .scroll, svg[tabindex]"))) return;
  const walk = walkInView();
  const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!walk) return;
  if (move) walk.show(walk.at + move, true);
  else if (event.key === "Home" && walk.element.contains(target)) walk.show(0, true);
  else if (event.key === "End" && walk.element.contains(target)) walk.show(walk.steps.length - 1, true);
  else if (event.key === " " && walk.element.contains(target) && !target.closest("button, a")) (walk.timer ? walk.pause() : walk.start());
  else return;
  event.preventDefault();
});
