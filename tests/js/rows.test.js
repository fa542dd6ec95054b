import assert from "node:assert/strict";
import test from "node:test";
import { foundRows, sortedRows } from "../../maps/static/js/rows.js";

const codes = ["003", "001", "002", "004"];

test("rows without a figure come last in both directions, equal ones by code", () => {
  const values = [5, null, 5, 9];
  assert.deepEqual(sortedRows(values, { descending: true, codes, language: "zh" }), [3, 2, 0, 1]);
  assert.deepEqual(sortedRows(values, { descending: false, codes, language: "zh" }), [2, 0, 3, 1]);
});

test("names are sorted by their reading, numbers in them by size", () => {
  const names = ["张家第10网格", "安家第2网格", "张家第9网格", "白家第1网格"];
  assert.deepEqual(sortedRows(names, { descending: false, codes, language: "zh" }), [1, 3, 2, 0]);
});

test("a search asks for all its words, in name or code", () => {
  const areas = { names: ["South Boston", "East Boston", "Roxbury", "拥政街道"], codes };
  const rows = [3, 2, 1, 0];
  assert.deepEqual(foundRows(rows, "", areas), rows);
  assert.deepEqual(foundRows(rows, " boston  south ", areas), [0]);
  assert.deepEqual(foundRows(rows, "001", areas), [1]);
  assert.deepEqual(foundRows(rows, "拥政", areas), [3]);
  assert.deepEqual(foundRows(rows, "拥政 x", areas), []);
});
