import assert from "node:assert/strict";
import test from "node:test";
import { isMoment, localText, momentOf, playedOn, writtenMoment } from "../../maps/static/js/console/moments.js";
import { COUNTED, dayBreaks, editionAt, figureAt, reportsAt, stateAt, unpackDay } from "../../maps/static/js/console/past.js";
import { counts } from "../../maps/static/js/console/open_reports.js";
import { quantileBreaks } from "../../maps/static/js/quantiles.js";

const HOUR = 3_600_000;
const BEGIN = Date.parse("2026-11-20T00:00:00+08:00");
/** Paths: two grids of one community, one of another, a street that holds above, and nowhere. */
const PATHS = [["d", "s1", "c1", "g1"], ["d", "s1", "c1", "g2"], ["d", "s2", "c2", "g3"], ["d", "s2"]];

function told(changes = {}) {
  return {
    date: "2026-11-20", begin: "2026-11-20T00:00:00+08:00", end: "2026-11-21T00:00:00+08:00", over: true,
    editions: [{ number: 1, from_ms: 0 }, { number: 2, from_ms: 12 * HOUR }], within: null,
    statuses: ["accepted", "dispatched", "filed"], hands: ["none", "person", "unit"],
    kinds: [{ code: "M01", urgent: false }, { code: "C01", urgent: true }], paths: PATHS,
    reports: [
      // Filed at two, dispatched at three, overdue at nine, closed at ten.
      { number: "1", lon: 1, lat: 2, states: [[2 * HOUR, 2, 0, 0, 0, 6, 4 * HOUR], [3 * HOUR, 1, 0, 0, 1, 6, 9 * HOUR], [9 * HOUR, 1, 0, 0, 1, 7, 9 * HOUR], [10 * HOUR]] },
      // Open all day, by a unit; moved to another grid at noon, before which its position is not told.
      { number: "2", lon: 3, lat: 4, states: [[0, 0, 1, 1, 2, 2, null], [12 * HOUR, 0, 1, 2, 2, 6, null]] },
      { number: "3", lon: null, lat: null, states: [[0, 2, 0, null, 0, 0, null]] },
      { number: "4", lon: 5, lat: 6, states: [[0, 2, 0, 3, 0, 6, 40 * HOUR], [HOUR], [20 * HOUR, 2, 0, 3, 0, 6, 40 * HOUR]] },
    ],
    ...changes,
  };
}

const at = (hours) => BEGIN + hours * HOUR;
const numbers = (day, hours) => reportsAt(day, at(hours)).map(({ number }) => number).join("");

test("a state holds from its moment until the next one", () => {
  const states = [[5, 1, 0, 0, 0, 0, null], [9], [12, 2, 0, 0, 0, 0, null]];
  assert.equal(stateAt(states, 4), null);
  assert.equal(stateAt(states, 5)[1], 1);
  assert.equal(stateAt(states, 8)[1], 1);
  assert.equal(stateAt(states, 9), null);
  assert.equal(stateAt(states, 12)[1], 2);
});

test("what was open at a moment, in the words of now", () => {
  const day = unpackDay(told());
  assert.deepEqual([0, 1, 2, 9.99, 10, 20].map((hours) => numbers(day, hours)), ["234", "23", "123", "123", "23", "234"]);
  const [one] = reportsAt(day, at(9));
  assert.deepEqual(one, {
    number: "1", kind: "M01", urgent: false, status: "dispatched", hands: "person", assigned: true, overdue: true, located: true,
    due_at: "2026-11-20T01:00:00.000Z", lon: 1, lat: 2, areas: PATHS[0],
  });
  assert.equal(counts(reportsAt(day, at(9)), { area: "", kind: "" }, at(9)).overdue, 1);
});

test("where it lay before it was moved is not told, its area is", () => {
  const day = unpackDay(told());
  const [before] = reportsAt(day, at(11));
  const [after] = reportsAt(day, at(12));
  assert.deepEqual([before.lon, before.areas[3], after.lon, after.areas[3]], [null, "g2", 3, "g3"]);
});

test("whatever the level, areas and what no area of it holds add up to everything", () => {
  const day = unpackDay(told());
  const levels = [["d"], ["s1", "s2"], ["c1", "c2"], ["g1", "g2", "g3"]];
  for (const metric of Object.keys(COUNTED)) {
    for (let hours = 0; hours <= 24; hours += 0.25) {
      const reports = reportsAt(day, at(hours));
      const all = reports.filter((one) => COUNTED[metric](one, at(hours))).length;
      levels.forEach((codes, depth) => {
        const { values, elsewhere } = figureAt(reports, codes, { depth, within: null, metric, atMs: at(hours) });
        assert.equal(values.reduce((sum, value) => sum + value, 0) + elsewhere.held_above[metric] + elsewhere.unlocated[metric], all);
      });
    }
  }
});

test("figures are those of the workload map: a unit is no one in person, and what lies outside is not zero", () => {
  const day = unpackDay(told({ within: { grid: ["g1", "g2"] } }));
  const asked = (metric) => ({ depth: 3, within: day.within.grid, metric, atMs: at(2) });
  assert.deepEqual(figureAt(reportsAt(day, at(2)), ["g1", "g2", "g3"], asked("open")).values, [1, 1, null]);
  assert.deepEqual(figureAt(reportsAt(day, at(2)), ["g1", "g2", "g3"], asked("unassigned")).values, [1, 1, null]);
  assert.deepEqual(figureAt(reportsAt(day, at(2)), ["g1", "g2", "g3"], asked("due_soon")).values, [1, 0, null]);
  assert.deepEqual(figureAt(reportsAt(day, at(2)), ["g1"], asked("open")).elsewhere, { held_above: { open: 1 }, unlocated: { open: 1 } });
});

test("the borders are those that were in force", () => {
  const day = unpackDay(told());
  assert.deepEqual([0, 11.9, 12, 23].map((hours) => editionAt(day, at(hours))), [1, 1, 2, 2]);
  assert.equal(editionAt(unpackDay(told({ editions: [] })), at(1)), undefined);
});

test("a colour means the same all day", () => {
  const breaks = dayBreaks(unpackDay(told()), ["g1", "g2", "g3"], { depth: 3, within: null, metric: "open" }, 5);
  assert.deepEqual(breaks, { limits: [0], lowest: 0, highest: 1, zero_class: true, fixed: false });
});

test("classes are those that the service would make", () => {
  // As maps.breaks.quantile has them: tests/maps/test_quantiles.py compares many more.
  assert.deepEqual(quantileBreaks([1, 2, 2, 3, 5, 8, 13, null], 3).limits, [2, 5]);
  assert.deepEqual(quantileBreaks([0, 0, 0, 1, 2, 3, 4], 2).limits, [0, 2]);
  assert.deepEqual(quantileBreaks([], 5), { limits: [], lowest: null, highest: null, zero_class: false, fixed: false });
  assert.deepEqual(quantileBreaks([0, 0], 5).limits, []);
});

test("moments by the district's clock go into the address and come back", () => {
  const zone = "Asia/Shanghai";
  const ms = momentOf("2026-11-20T14:35", zone);
  assert.equal(writtenMoment(ms), "2026-11-20T06:35Z");
  assert.equal(localText(ms, zone), "2026-11-20T14:35");
  assert.equal(writtenMoment(ms + 1_250), "2026-11-20T06:35:01Z");
  assert.equal(localText(Date.parse("2026-11-19T16:00Z"), zone), "2026-11-20T00:00");
  assert.equal(localText(momentOf("2026-07-01T23:30", "America/New_York"), "America/New_York"), "2026-07-01T23:30");
  assert.ok(Number.isNaN(momentOf("", zone)));
  for (const wrong of [null, "", "now", "2026-11-20", "2026-13-40T00:00Z", "2026-11-20T06:35+08:00", "<b>"]) assert.equal(isMoment(wrong), false);
  assert.ok(isMoment("2026-11-20T06:35Z") && isMoment("2026-11-20T06:35:10Z"));
});

test("a day plays through in its seconds and stops at its end", () => {
  let ms = BEGIN;
  for (let frame = 0; frame < 600; frame += 1) ms = playedOn(ms, 100, 60, at(24));
  assert.equal(ms, at(24));
  assert.equal(playedOn(BEGIN, 30_000, 60, at(24)), at(12));
});
