// What the wall shows one after the other, and what it counts and tells of it. Pure.

export const FIGURES = ["open", "overdue", "due_soon", "unassigned", "closed_30d"];
const TOLD = 7;

/** The whole district, then each area below it, by name of code. */
export function turnsOf(outlines) {
  return [null, ...outlines.features.map(({ properties }) => properties.code)];
}

/** The turn after one, or before it. */
export function turned(turns, at, step = 1) {
  return (at + step + turns.length) % turns.length;
}

/** Sums of columns over some rows; null where nothing is known. */
export function totals(columns, rows) {
  const sum = (name) => {
    const known = rows.map((i) => columns[name]?.[i]).filter((value) => value !== null && value !== undefined);
    return known.length ? known.reduce((all, value) => all + value, 0) : null;
  };
  return Object.fromEntries(FIGURES.map((name) => [name, sum(name)]));
}

/** The satisfaction of some rows: the mean of those that have one, by what was closed in them. */
export function satisfaction({ satisfaction_30d: shares, closed_30d: closed }, rows) {
  const known = rows.filter((i) => shares?.[i] !== null && shares?.[i] !== undefined && closed?.[i]);
  const weight = known.reduce((all, i) => all + closed[i], 0);
  return weight ? known.reduce((all, i) => all + shares[i] * closed[i], 0) / weight : null;
}

/** The last things that happened, the newest first; what is told again is told once. */
export function heard(events, one) {
  return [one, ...events.filter(({ number, entry }) => number !== one.number || entry !== one.entry)].slice(0, TOLD);
}
