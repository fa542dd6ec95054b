import assert from "node:assert/strict";
import test from "node:test";
import { toGcj02 } from "../../maps/static/js/shifted.js";

/** As geo/datum.py has them. */
const PAIRS = [
  [[121.78, 39.05], [121.78511704346728, 39.051026386995936]],
  [[116.391, 39.9075], [116.39724102232381, 39.90890113063956]],
  [[113.92, 22.53], [113.92485943179658, 22.5269532125927]],
  [[87.6, 43.8], [87.60283897227161, 43.80121203029208]],
  [[104.9, 35.1], [104.90293922394325, 35.099022754974094]],
  [[73.5, 39.9], [73.50337017988127, 39.90026071821034]],
];

test("the shift is that of the service, to a millimetre", () => {
  for (const [from, to] of PAIRS) toGcj02(from).forEach((value, i) => assert.ok(Math.abs(value - to[i]) < 1e-8, `${from}`));
});

test("nothing is shifted where the formula does not hold", () => {
  assert.deepEqual(toGcj02([-71.06, 42.36]), [-71.06, 42.36]);
});
