// Class breaks made in the browser, of figures that no server counted: the quantile of maps/breaks.py. Pure.

/**
 * Classes of nearly equal numbers of values, and zero besides where it occurs; null is no value.
 * Each class takes whole values until it holds what comes nearest to its even share of those that are left.
 */
export function quantileBreaks(values, classes) {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  const hasZero = known.includes(0);
  const runs = [];
  for (const value of known) {
    if (hasZero && value === 0) continue;
    if (runs.at(-1)?.value === value) runs.at(-1).size += 1;
    else runs.push({ value, size: 1 });
  }
  const limits = hasZero && runs.length ? [0, ...cut(runs, classes)] : cut(runs, classes);
  return { limits, lowest: known[0] ?? null, highest: known.at(-1) ?? null, zero_class: hasZero, fixed: false };
}

/** The last values of all classes but the highest. */
function cut(runs, classes) {
  const limits = [];
  let left = runs.reduce((sum, { size }) => sum + size, 0);
  let first = 0;
  for (let open = Math.min(classes, runs.length); open > 1; open -= 1) {
    let best = { off: Infinity };
    let size = 0;
    // One value at least stays for each class to come.
    for (let last = first; last <= runs.length - open; last += 1) {
      size += runs[last].size;
      const off = Math.abs(size - left / open);
      if (off < best.off) best = { off, last, size };
    }
    limits.push(runs[best.last].value);
    left -= best.size;
    first = best.last + 1;
  }
  return limits;
}
