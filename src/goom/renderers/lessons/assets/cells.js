// Many small equal cells, drawn as few paths: one for each kind of cell.
// kinds: an array with one class name for each cell. Returns the height that it took.
function drawCells(sketch, name, kinds, place) {
  const { x = 0, y = 0, width, most = 26, least = 6, gap = 2 } = place;
  const fitting = Math.floor((width + gap) / (least + gap));
  const columns = place.columns || Math.min(kinds.length, columnsFor(kinds.length, fitting));
  const size = Math.min(most, (width + gap) / columns - gap);
  const tall = Math.min(size, place.tall || size);
  const paths = new Map();
  kinds.forEach((kind, index) => {
    const left = x + (index % columns) * (size + gap), top = y + Math.floor(index / columns) * (tall + gap);
    paths.set(kind, `${paths.get(kind) || ""}M${left.toFixed(1)},${top.toFixed(1)}h${size.toFixed(1)}v${tall.toFixed(1)}h${(-size).toFixed(1)}z`);
  });
  for (const [kind, d] of paths) sketch.put(`${name} ${kind}`, "path", { d, class: `cell ${kind}` });
  return { height: Math.ceil(kinds.length / columns) * (tall + gap) - gap, columns, size, tall,
    at: (index) => [x + (index % columns) * (size + gap), y + Math.floor(index / columns) * (tall + gap)] };
}

// As many columns as fit, rather in round numbers: readers count in tens and computers in powers of two.
function columnsFor(count, fitting) {
  if (count <= fitting) return count;
  const round = [128, 64, 56, 48, 42, 40, 32, 28, 24, 20, 16, 12, 10, 8].find((one) => one <= fitting);
  return round || Math.max(1, fitting);
}
