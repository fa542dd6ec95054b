import assert from "node:assert/strict";
import test from "node:test";
import { numberText, phrase, rangeTexts, timeText } from "../../maps/static/js/wording.js";

const WHOLE = { decimals: 0 };
const RATIO = { decimals: 2 };
const breaks = (limits, lowest, highest, more = {}) => ({ limits, lowest, highest, zero_class: false, fixed: false, ...more });

test("whole numbers: every number stands in one range only", () => {
  assert.deepEqual(rangeTexts(breaks([0, 2, 5], 0, 19, { zero_class: true }), WHOLE, "zh"), ["0", "1–2", "3–5", "6–19"]);
  assert.deepEqual(rangeTexts(breaks([1, 2], 1, 3), WHOLE, "zh"), ["1", "2", "3"]);
});

test("ratios: a range starts where the one before ended", () => {
  const zero = breaks([0, 8.624, 20.1], 0, 41.449, { zero_class: true });
  assert.deepEqual(rangeTexts(zero, RATIO, "en"), ["0", "> 0–8.62", "8.62–20.1", "20.1–41.45"]);
});

test("limits that would look alike get more decimals", () => {
  assert.deepEqual(rangeTexts(breaks([0.121, 0.124], 0.1, 0.2), RATIO, "en"), ["0.1–0.121", "0.121–0.124", "0.124–0.2"]);
});

test("limits given by the reader are open at both ends", () => {
  const kept = breaks([1, 5], 2, 3, { fixed: true });
  assert.deepEqual(rangeTexts(kept, WHOLE, "zh"), ["≤ 1", "2–5", "≥ 6"]);
  assert.deepEqual(rangeTexts(kept, RATIO, "zh"), ["≤ 1", "1–5", "> 5"]);
});

test("no figures, one class, one value", () => {
  assert.deepEqual(rangeTexts(breaks([], null, null), WHOLE, "zh"), []);
  assert.deepEqual(rangeTexts(breaks([], 0, 0, { zero_class: true }), WHOLE, "zh"), ["0"]);
  assert.deepEqual(rangeTexts(breaks([], 2, 7), WHOLE, "zh"), ["2–7"]);
});

test("numbers, times and phrases", () => {
  assert.equal(numberText(1234.56, 1, "en"), "1,234.6");
  assert.equal(numberText(null, 1, "en"), "–");
  assert.equal(timeText("2026-03-18T06:30:00+00:00", "Asia/Shanghai", "zh"), "2026/03/18 14:30");
  assert.equal(phrase({ a: "{n} of {m}" }, "a", { n: 1, m: 2 }), "1 of 2");
  assert.throws(() => phrase({}, "a"), /no string a/);
});
