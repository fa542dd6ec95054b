import assert from "node:assert/strict";
import test from "node:test";
import { heard, satisfaction, totals, turned, turnsOf } from "../../maps/static/js/wall/turns.js";

test("the district comes first, then each area; both ways round", () => {
  const turns = turnsOf({ features: [{ properties: { code: "a" } }, { properties: { code: "b" } }] });
  assert.deepEqual(turns, [null, "a", "b"]);
  assert.deepEqual([turned(turns, 0), turned(turns, 2), turned(turns, 0, -1)], [1, 0, 2]);
});

test("figures are summed over what is shown, and unknown is not zero", () => {
  const columns = { open: [3, 4, null], overdue: [0, 1, null], unassigned: [null, null, null] };
  assert.deepEqual(totals(columns, [0, 1]), { open: 7, overdue: 1, due_soon: null, unassigned: null, closed_30d: null });
  assert.equal(totals(columns, [2]).open, null);
});

test("satisfaction is weighed by what was closed", () => {
  const columns = { satisfaction_30d: [100, 50, null], closed_30d: [1, 3, 9] };
  assert.equal(satisfaction(columns, [0, 1, 2]), 62.5);
  assert.equal(satisfaction(columns, [2]), null);
  assert.equal(satisfaction({}, [0]), null);
});

test("what happened last is first, once, and not for ever", () => {
  const one = (entry) => ({ number: "20261122-0000001", entry });
  let events = [];
  for (let entry = 1; entry <= 9; entry += 1) events = heard(events, one(entry));
  assert.deepEqual(events.map(({ entry }) => entry), [9, 8, 7, 6, 5, 4, 3]);
  assert.equal(heard(events, one(9)).length, 7);
});
