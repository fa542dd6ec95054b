// Which names find room on the map, and how they break into lines. Pure.

const LINE = 8;
const CELL_PX = 64;

/** A name in one or two lines: at a space, before 第, or in the middle. */
export function wrapName(name) {
  if (name.length <= LINE) return [name];
  const counted = name.lastIndexOf("第");
  const space = nearestSpace(name);
  const at = counted > 0 ? counted : space > 0 ? space : /[ -~]/.test(name[0]) ? -1 : Math.ceil(name.length / 2);
  return at < 0 ? [name] : [name.slice(0, at).trim(), name.slice(at).trim()];
}

function nearestSpace(name) {
  let best = -1;
  for (let i = name.indexOf(" "); i > 0; i = name.indexOf(" ", i + 1)) {
    if (best < 0 || Math.abs(i - name.length / 2) < Math.abs(best - name.length / 2)) best = i;
  }
  return best;
}

/**
 * The labels to draw, first come first served: largest room first, none over another, none wider than its area.
 * labels: {x, y (centre), width, height, room (width of the area)}, all in px. Returns indices.
 */
export function placeLabels(labels) {
  const taken = new Map();
  const order = labels.map((_, i) => i).filter((i) => labels[i].width <= labels[i].room);
  order.sort((a, b) => labels[b].room - labels[a].room || a - b);
  return order.filter((i) => {
    const box = boxOf(labels[i]);
    const cells = cellsOf(box);
    if (cells.some((cell) => (taken.get(cell) ?? []).some((other) => overlap(box, other)))) return false;
    for (const cell of cells) taken.set(cell, [...(taken.get(cell) ?? []), box]);
    return true;
  });
}

function boxOf({ x, y, width, height }) {
  return { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
}

function cellsOf(box) {
  const cells = [];
  for (let i = Math.floor(box.left / CELL_PX); i <= Math.floor(box.right / CELL_PX); i += 1) {
    for (let j = Math.floor(box.top / CELL_PX); j <= Math.floor(box.bottom / CELL_PX); j += 1) cells.push(`${i},${j}`);
  }
  return cells;
}

function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
