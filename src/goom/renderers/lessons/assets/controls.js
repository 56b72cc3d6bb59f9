// Choices and sliders: native inputs, so the keyboard and readers of screens know them already.
let controlsMade = 0;

// options: [{ key, label, note }]. tell(key) is called after each change.
function choice(title, options, chosen, tell) {
  const name = `choice-${controlsMade += 1}`;
  const note = el("p", { class: "choice-note", "aria-live": "polite" });
  const say = (key) => { note.textContent = kept(options.find((one) => one.key === key).note || ""); };
  const element = el("fieldset", { class: "choice", "data-choice": title },
    el("legend", {}, title),
    el("div", { class: "options" }, options.map((option) => el("label", {},
      el("input", { type: "radio", name, value: option.key, checked: option.key === chosen,
        onchange: () => { say(option.key); tell(option.key); } }),
      el("span", {}, option.label)))),
    options.some((one) => one.note) ? note : null);
  say(chosen);
  return element;
}

// A slider over a few labelled values. tell(index) is called while it moves.
function slider(title, labels, chosen, tell) {
  const said = el("output", { class: "slider-value" }, labels[chosen]);
  const input = el("input", { type: "range", min: 0, max: labels.length - 1, step: 1, value: chosen,
    "aria-label": title, "aria-valuetext": labels[chosen], oninput: () => {
      const index = Number(input.value);
      said.textContent = kept(labels[index]);
      input.setAttribute("aria-valuetext", labels[index]);
      tell(index);
    } });
  input.disabled = labels.length < 2;
  return el("div", { class: "slider", "data-slider": title },
    el("div", { class: "slider-head" }, el("span", {}, title), said), input,
    el("div", { class: "slider-ticks", "aria-hidden": "true" }, labels.map((label, index) =>
      el("span", { style: { left: `${(100 * index) / Math.max(1, labels.length - 1)}%` } }, label))));
}
