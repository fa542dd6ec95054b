// Figures and their classes: the browser's half of maps/figures.py and maps/breaks.py. Pure.

export const NO_DATA = -1;

/** A column as an array of numbers and nulls, from either of the two forms that figures.py packs. */
export function unpackColumn(packed, count) {
  if (Array.isArray(packed)) return packed;
  const column = new Array(count).fill(packed.most);
  let at = -1;
  packed.skip.forEach((skipped, i) => {
    at += skipped + 1;
    column[at] = packed.is[i];
  });
  return column;
}

export function unpackFigures(figures) {
  const columns = {};
  for (const [name, packed] of Object.entries(figures.columns)) columns[name] = unpackColumn(packed, figures.count);
  return { ...figures, columns };
}

/** Which areas lie within the reader's territory: of the others nothing is counted, not even how many are open. */
export function withinTerritory(columns) {
  return columns.open.map((open) => open !== null);
}

/** One figure per area; null where there is no answer. The order of the operations is that of `Metric.of`. */
export function metricValues(metric, columns) {
  const above = columns[metric.numerator];
  if (!metric.denominator) return above;
  const below = columns[metric.denominator];
  return above.map((value, i) => (value === null || !below[i] ? null : (metric.times * value) / below[i]));
}

/** How many classes there are: one more than limits, none where there was no figure to class. */
export function classNumber(breaks) {
  return breaks.lowest === null && breaks.limits.length === 0 ? 0 : breaks.limits.length + 1;
}

/** A class ends with its limit, which belongs to it; the last class is open upwards. */
export function classOf(value, limits) {
  if (value === null) return NO_DATA;
  let low = 0;
  let high = limits.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (limits[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Areas in each class, and without data. */
export function countClasses(classes, breaks) {
  const counts = new Array(classNumber(breaks)).fill(0);
  let noData = 0;
  for (const index of classes) {
    if (index === NO_DATA) noData += 1;
    else counts[index] += 1;
  }
  return { counts, noData };
}

/** One colour per class; a zero class has its own. */
export function classColours(palette, zero, breaks) {
  const number = classNumber(breaks);
  if (!breaks.zero_class) return number ? palette[number - 1] : [];
  return number > 1 ? [zero, ...palette[number - 2]] : [zero];
}

/** Whether text on a colour (#rrggbb) must be light; false for what is no colour, such as a pattern. */
export function isDark(fill) {
  if (typeof fill !== "string") return false;
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(fill.slice(at, at + 2), 16));
  return 0.299 * red + 0.587 * green + 0.114 * blue < 140;
}
