// The figures as tables; on a phone each row becomes a card.
function figuresTable(title, note, columns, rows) {
  if (!rows.length) return null;
  const body = rows.map((row) => el("tr", {}, columns.map((column, index) => {
    const value = column.of(row);
    if (!index) return el("th", { scope: "row" }, value);
    return el("td", { class: "number", "data-label": column.title }, value);
  })));
  return el("div", { class: "panel" }, el("h3", {}, title), note && el("p", { class: "note" }, note),
    el("div", { class: "scroll" }, el("table", { class: "cards" },
      el("thead", {}, el("tr", {}, columns.map((column, index) =>
        el("th", { scope: "col", class: index ? "number" : null }, column.title)))),
      el("tbody", {}, body))));
}

function column(title, of) { return { title, of }; }

function named(name, more) {
  return el("span", { class: "named-cell" }, el("code", {}, name), more && el("span", { class: "file" }, more));
}

function seconds(title, key) { return column(title, (row) => (row[key] === null ? "–" : secondsText(row[key]))); }
function bytes(title, key) { return column(title, (row) => bytesText(row[key])); }
function count(title, key) { return column(title, (row) => countText(row[key])); }
function share(title, key) {
  return column(title, (row) => el("span", { class: "share-cell" }, shareBar(row[key]), el("span", {}, percentText(row[key]))));
}

const KINDS = { region: "region", request: "HTTP/1", handler: "requests seen in it", goroutine: "goroutines" };

function latencyTable(report) {
  return figuresTable("Latency, and the collector's part in it",
    "The collector's part is what is certainly its doing: assists of that goroutine and stops of the world. "
    + "It is a lower bound.", [
      column("", (row) => named(row.name, KINDS[row.kind])), count("count", "count"),
      seconds("p50", "p50_seconds"), share("GC in p50", "middle_gc_fraction"),
      seconds("p99", "p99_seconds"), share("GC in p99", "tail_gc_fraction"),
      seconds("p99 without GC", "p99_without_gc_seconds"),
    ], report.handlers);
}

function heldUpTable(report) {
  return figuresTable("Held up by mark assists, by start function",
    "A goroutine that allocates while the collector marks has to mark first. Who waits much and allocates little pays for others.", [
      column("", (row) => named(row.name, row.where && `under ${row.where}`)), count("assists", "assists"),
      count("goroutines", "goroutines"), seconds("in sum", "seconds"), seconds("longest", "longest_seconds"),
      share("of its time", "of_its_time_fraction"), share("allocated meanwhile", "while_marking_fraction"),
    ], report.held_up);
}

function allocatorsTable(report) {
  return figuresTable("Whose allocation", null, [
    column("", (row) => named(row.name)), count("goroutines", "goroutines"), bytes("in all", "bytes"),
    bytes("while marking", "while_marking_bytes"), share("of all then", "while_marking_fraction"),
  ], report.allocators);
}

function stopsTable(report) {
  return figuresTable("Stops of the world, by reason", null, [
    column("", (row) => named(row.reason)), count("count", "count"), seconds("in sum", "total_seconds"),
    seconds("median", "median_seconds"), seconds("longest", "longest_seconds"),
    seconds("longest until all stood", "longest_to_stop_seconds"),
  ], report.stop_reasons);
}

function lateTable(report) {
  return figuresTable("Who stopped last",
    "Where it was when it did stop is behind what kept it. With no free core its thread may simply not have run.", [
      column("", (row) => (row.goroutine < 0 ? named("a P that ran no goroutine", row.reason)
        : named(row.name, `goroutine ${row.goroutine} at ${row.where}, ${row.reason}`))),
      seconds("at", "at_seconds"), seconds("until it stood", "to_stop_seconds"), seconds("stopped in all", "seconds"),
    ], report.late_stops);
}

function sweepsTable(report) {
  return figuresTable("Sweeping before going on", null, [
    column("", (row) => named(row.where)), count("count", "count"), seconds("in sum", "seconds"),
    bytes("swept", "swept_bytes"), bytes("freed", "reclaimed_bytes"),
  ], report.sweeps);
}

function statesTable(report) {
  return figuresTable("Goroutines by start function", "Times are sums over all of them.", [
    column("", (row) => named(row.name)), count("count", "count"), seconds("running", "running_seconds"),
    seconds("runnable", "runnable_seconds"), seconds("waiting", "waiting_seconds"), seconds("syscall", "syscall_seconds"),
  ], report.states);
}
