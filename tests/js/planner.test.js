import assert from "node:assert/strict";
import test from "node:test";
import { kindOf } from "../../maps/static/js/planner/files.js";
import { areaM2, lengthM, snapped, told } from "../../maps/static/js/planner/measures.js";
import { TOOLS, facts, grids, isComplete, pick, wanted } from "../../maps/static/js/planner/operations.js";
import { inWords, stepped } from "../../maps/static/js/planner/problems.js";

const LINE = [[121.1, 39.1], [121.2, 39.2]];

test("every tool says what it wants next, and then is an operation", () => {
  assert.equal(wanted("split", [], []), "pick");
  assert.equal(wanted("split", ["a"], LINE.slice(1)), "draw");
  assert.equal(wanted("split", ["a"], LINE), "done");
  assert.equal(wanted("merge", ["a"], []), "pick");
  assert.equal(wanted("reparent", ["a"], []), "ask");
  assert.deepEqual(facts("split", ["a"], LINE), { operation: "split", code: "a", line: LINE });
  assert.equal(facts("split", ["a"], []), null);
  assert.deepEqual(facts("merge", ["a", "b"], []), { operation: "merge", codes: ["a", "b"] });
  assert.deepEqual(facts("split_balanced", ["a"], [], { parts: "3" }), { operation: "split_balanced", code: "a", parts: 3, by: "households" });
  assert.deepEqual(facts("renumber", ["a"], [], { community: "c" }), { operation: "renumber", parent: "c" });
  assert.deepEqual(facts("reparent", ["a"], [], { parent: "c" }), { operation: "reparent", code: "a", parent: "c" });
});

test("an area is closed, and what is sent has seven decimals", () => {
  const ring = [[0.123456789, 0], [1, 0], [1, 1]];
  const made = facts("transfer", ["a", "b"], ring);
  assert.deepEqual(made.area, [[[0.1234568, 0], [1, 0], [1, 1], [0.1234568, 0]]]);
  assert.deepEqual([made.giver, made.taker], ["a", "b"]);
});

test("picking again lets go, and one too many pushes the oldest out", () => {
  assert.deepEqual(pick("transfer", ["a", "b"], "a"), ["b"]);
  assert.deepEqual(pick("transfer", ["a", "b"], "c"), ["b", "c"]);
  assert.deepEqual(pick("move_vertex", [], "c"), []);
});

test("a vertex is moved by its second point", () => {
  assert.equal(isComplete("move_vertex", LINE), true);
  assert.equal(isComplete("split", LINE), false);
  assert.deepEqual(facts("move_vertex", [], LINE), { operation: "move_vertex", at: LINE[0], to: LINE[1] });
});

test("keys of tools are each their own", () => {
  const keys = Object.values(TOOLS).map(({ key }) => key);
  assert.equal(new Set(keys).size, keys.length);
});

test("the log names the grids of an operation once each", () => {
  assert.deepEqual(grids({ operation: "split", code: "a", codes: ["a", "b"] }), ["a", "b"]);
  assert.deepEqual(grids({ operation: "transfer", giver: "a", taker: "b" }), ["a", "b"]);
});

test("lengths and areas are those of the ground", () => {
  const north = lengthM([[121, 39], [121, 39.01]]);
  assert.ok(Math.abs(north - 1113.2) < 0.1);
  const square = [[121, 39], [121 + 0.01 / Math.cos((39 * Math.PI) / 180), 39], [121 + 0.01 / Math.cos((39 * Math.PI) / 180), 39.01], [121, 39.01]];
  assert.ok(Math.abs(areaM2(square) / 1113.2 ** 2 - 1) < 1e-3);
  assert.ok(Math.abs(areaM2([...square].reverse()) / areaM2(square) - 1) < 1e-3);
  assert.deepEqual([told(90.4), told(2500), told(900, 2), told(52_000, 2)], ["90 m", "2.50 km", "900 m²", "5.2 ha"]);
});

test("a vertex within reach counts before an edge, and nothing out of reach", () => {
  const ring = [{ x: 0, y: 0, lonLat: [0, 0] }, { x: 100, y: 0, lonLat: [1, 0] }];
  assert.deepEqual(snapped({ x: 4, y: 3 }, [ring], 10).lonLat, [0, 0]);
  assert.deepEqual(snapped({ x: 50, y: 3 }, [ring], 10).lonLat, [0.5, 0]);
  assert.equal(snapped({ x: 50, y: 30 }, [ring], 10), null);
});

test("problems go round in both directions, and are told in words with the grids they concern", () => {
  assert.deepEqual([stepped(0, 1, 3), stepped(2, 1, 3), stepped(0, -1, 3), stepped(0, 1, 0)], [1, 0, 2, 0]);
  const say = (key) => ({ "plan.defect_gap": "缝隙" })[key] ?? key;
  assert.equal(inWords({ reason: "gap", message: "A gap.", codes: ["210213001001005"] }, say), "缝隙 (001005)");
  assert.equal(inWords({ reason: "empty_code", message: "No code in row 3.", codes: [] }, say), "No code in row 3.");
});

test("the media type of a layer follows from its name", () => {
  assert.deepEqual(["a.ZIP", "b.gpkg", "c.x.geojson", "d.json"].map(kindOf), ["application/zip", "application/geopackage+sqlite3", "application/geo+json", "application/geo+json"]);
  assert.equal(kindOf("e.shp"), null);
});
