import assert from "node:assert/strict";
import test from "node:test";
import { NO_DATA, classColours, classNumber, classOf, countClasses, isDark, metricValues, unpackColumn, unpackFigures, withinTerritory } from "../../maps/static/js/classes.js";

test("a column comes out of both forms", () => {
  assert.deepEqual(unpackColumn([1, null, 3], 3), [1, null, 3]);
  assert.deepEqual(unpackColumn({ most: 0, skip: [1, 0, 2], is: [5, null, 7] }, 7), [0, 5, null, 0, 0, 7, 0]);
  assert.deepEqual(unpackColumn({ most: null, skip: [], is: [] }, 2), [null, null]);
});

test("all columns of the figures are unpacked", () => {
  const told = { count: 2, order: "x", columns: { open: { most: 4, skip: [], is: [] }, workers: [1, 2] } };
  assert.deepEqual(unpackFigures(told), { ...told, columns: { open: [4, 4], workers: [1, 2] } });
});

test("a ratio has no figure where there is nothing to divide by", () => {
  const columns = { open: [6, 6, 6, 0], residents: [400, 0, null, 10] };
  const perThousand = { numerator: "open", denominator: "residents", times: 1000 };
  assert.deepEqual(metricValues(perThousand, columns), [15, null, null, 0]);
  assert.equal(metricValues({ numerator: "open", denominator: null, times: 1 }, columns), columns.open);
});

test("a limit belongs to the class it ends; the last class is open", () => {
  assert.deepEqual([1, 1.0001, 5, 5.1, -9, null].map((value) => classOf(value, [1, 5])), [0, 1, 1, 2, 0, NO_DATA]);
  assert.equal(classOf(3, []), 0);
});

test("counts add up to the number of areas", () => {
  const breaks = { limits: [1, 5], lowest: 0, highest: 9 };
  assert.deepEqual(countClasses([0, 2, 2, NO_DATA], breaks), { counts: [1, 0, 2], noData: 1 });
  assert.deepEqual(countClasses([NO_DATA], { limits: [], lowest: null }), { counts: [], noData: 1 });
});

test("one colour for each class, zero with its own", () => {
  const palette = [["a"], ["a", "b"], ["a", "b", "c"]];
  assert.deepEqual(classColours(palette, "z", { limits: [1, 2], lowest: 0, zero_class: false }), ["a", "b", "c"]);
  assert.deepEqual(classColours(palette, "z", { limits: [0, 2], lowest: 0, zero_class: true }), ["z", "a", "b"]);
  assert.deepEqual(classColours(palette, "z", { limits: [], lowest: 0, zero_class: true }), ["z"]);
  assert.deepEqual(classColours(palette, "z", { limits: [], lowest: null, zero_class: false }), []);
  assert.equal(classNumber({ limits: [], lowest: null }), 0);
});

test("names are light on dark colours, dark on light ones and on patterns", () => {
  assert.deepEqual(["#1d2355", "#cfe8bb", {}].map(isDark), [true, false, false]);
});

test("an area of which not even the open reports are known lies outside the reader's territory", () => {
  assert.deepEqual(withinTerritory({ open: [0, null, 3], residents: [1, 2, null] }), [true, false, true]);
});
