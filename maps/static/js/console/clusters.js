// Symbols that would hide each other, put together with their number. Pure.

/**
 * Groups points by squares of the screen.
 * points: [{x, y, report}]  →  [{x, y, reports}], in the middle of what each holds.
 */
export function clusters(points, sizePx) {
  const squares = new Map();
  for (const { x, y, report } of points) {
    const key = `${Math.floor(x / sizePx)}:${Math.floor(y / sizePx)}`;
    const held = squares.get(key) ?? { x: 0, y: 0, reports: [] };
    held.x += x;
    held.y += y;
    held.reports.push(report);
    squares.set(key, held);
  }
  return [...squares.values()].map(({ x, y, reports }) => ({ x: x / reports.length, y: y / reports.length, reports }));
}

/** The look of a symbol: the worst of what it stands for. */
export function gravity(reports) {
  if (reports.some((one) => one.urgent)) return "urgent";
  if (reports.some((one) => one.overdue)) return "overdue";
  return reports.some((one) => !one.assigned) ? "unassigned" : "open";
}

/** The radius of a symbol in pixels: one report is small, hundreds are no blot. */
export function radius(count) {
  return count === 1 ? 5 : Math.min(20, 9 + 3 * Math.log10(count) * 1.6);
}
