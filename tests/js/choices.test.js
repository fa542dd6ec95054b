import assert from "node:assert/strict";
import test from "node:test";
import { breaksKey, readChoice, writeChoice } from "../../maps/static/js/choices.js";

const METRICS = ["open", "unassigned"];
const BEFORE = { metric: "open", method: "quantile", classes: 5, limits: [], language: "zh" };

test("a choice survives the way through the address", () => {
  const choices = [
    { ...BEFORE, metric: "unassigned", method: "natural", classes: 7, language: "en" },
    { ...BEFORE, method: "fixed", limits: [0, 0.3333333333333333, 12] },
  ];
  for (const choice of choices) {
    const address = writeChoice(new URLSearchParams("level=grid&edition=3"), choice);
    assert.deepEqual(readChoice(new URLSearchParams(address.toString()), BEFORE, METRICS), choice);
    assert.equal(address.get("level"), "grid");
    assert.equal(address.get("edition"), "3");
  }
});

test("changing the method drops what belonged to the other", () => {
  const fixed = writeChoice(new URLSearchParams(), { ...BEFORE, method: "fixed", limits: [1] });
  assert.equal(fixed.get("classes"), null);
  assert.equal(writeChoice(fixed, BEFORE).get("limits"), null);
});

test("what an address spells wrongly stays as it was", () => {
  for (const wrong of ["metric=closed", "breaks=fixed", "breaks=fixed&limits=1,x", "classes=99", "classes=2.5", "lang=fr", "breaks=equal"]) {
    assert.deepEqual(readChoice(new URLSearchParams(wrong), BEFORE, METRICS), BEFORE, wrong);
  }
});

test("the key is the one the figures carry", () => {
  assert.equal(breaksKey(BEFORE), "open/quantile/5");
  assert.equal(breaksKey({ ...BEFORE, method: "fixed", limits: [1, 2.5, 10] }), "open/fixed/1,2.5,10");
});
