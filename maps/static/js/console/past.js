// A day from the record: how everything stood at any moment of it. Pure.

import { quantileBreaks } from "../quantiles.js";

const DAY_MS = 24 * 3600 * 1000;
const OVERDUE = 1;
const LOCATED = 2;
const PLACED = 4;
/** What of the map's figures can be counted at any moment of the past; with what a report counts in each. */
export const COUNTED = {
  open: () => true,
  overdue: (one) => one.overdue,
  due_soon: (one, now) => !one.overdue && one.due_at !== null && Date.parse(one.due_at) <= now + DAY_MS,
  // As the figure of now has it: a unit that has it is no one in person.
  unassigned: (one) => one.hands !== "person",
};

/** The answer of the service with its moments as numbers, and what is a place in a list put in its place. */
export function unpackDay(told) {
  const within = told.within && Object.fromEntries(Object.entries(told.within).map(([level, codes]) => [level, new Set(codes)]));
  return { ...told, beginMs: Date.parse(told.begin), endMs: Date.parse(told.end), within };
}

/** The state of a report at `ms` since the day began; null where it was not there yet, or not open. */
export function stateAt(states, ms) {
  let found = null;
  for (const state of states) {
    if (state[0] > ms) break;
    found = state;
  }
  return found && found.length > 1 ? found : null;
}

/** What was open at a moment (in milliseconds since 1970), each in the words of a list of what is open. */
export function reportsAt(day, atMs) {
  const found = [];
  for (const report of day.reports) {
    const state = stateAt(report.states, atMs - day.beginMs);
    if (state) found.push(inWords(day, report, state));
  }
  return found;
}

function inWords(day, { number, lon, lat }, [, status, kind, path, hands, marks, dueMs]) {
  const isPlaced = Boolean(marks & PLACED);
  return {
    number,
    kind: day.kinds[kind].code,
    urgent: day.kinds[kind].urgent,
    status: day.statuses[status],
    hands: day.hands[hands],
    assigned: day.hands[hands] !== "none",
    overdue: Boolean(marks & OVERDUE),
    located: Boolean(marks & LOCATED),
    due_at: dueMs === null ? null : new Date(day.beginMs + dueMs).toISOString(),
    lon: isPlaced ? lon : null,
    lat: isPlaced ? lat : null,
    areas: path === null ? [] : day.paths[path],
  };
}

/**
 * A figure of the areas of a level: {values, elsewhere: {held_above, unlocated}}; null for what lies outside the
 * territory. Whatever the level: the sum of the values + held_above + unlocated is all that was open and counts.
 */
export function figureAt(reports, codes, { depth, within, metric, atMs }) {
  const counts = new Map(codes.filter((code) => !within || within.has(code)).map((code) => [code, 0]));
  const elsewhere = { held_above: { [metric]: 0 }, unlocated: { [metric]: 0 } };
  for (const one of reports) {
    if (!COUNTED[metric](one, atMs)) continue;
    const code = one.areas[depth];
    if (counts.has(code)) counts.set(code, counts.get(code) + 1);
    else elsewhere[one.areas.length ? "held_above" : "unlocated"][metric] += 1;
  }
  return { values: codes.map((code) => counts.get(code) ?? null), elsewhere };
}

/** Classes for the whole day, of every hour's figures: a colour means the same from the first moment to the last. */
export function dayBreaks(day, codes, { depth, within, metric }, classes) {
  const values = [];
  for (let atMs = day.beginMs; atMs <= day.endMs; atMs += DAY_MS / 24) {
    values.push(...figureAt(reportsAt(day, atMs), codes, { depth, within, metric, atMs }).values);
  }
  return quantileBreaks(values, classes);
}

/** The number of the edition that was in force at a moment; undefined where there was none. */
export function editionAt(day, atMs) {
  return day.editions.findLast(({ from_ms: from }) => from <= atMs - day.beginMs)?.number ?? day.editions[0]?.number;
}
