import assert from "node:assert/strict";
import test from "node:test";
import { placeLabels, wrapName } from "../../maps/static/js/labels.js";

test("names break before 第, at a space, or in the middle", () => {
  assert.deepEqual(wrapName("拥政街道"), ["拥政街道"]);
  assert.deepEqual(wrapName("古城甲区社区第001网格"), ["古城甲区社区", "第001网格"]);
  assert.deepEqual(wrapName("South Boston Waterfront"), ["South Boston", "Waterfront"]);
  assert.deepEqual(wrapName("大连金普新区开发管理委"), ["大连金普新区", "开发管理委"]);
  assert.deepEqual(wrapName("Dorchester"), ["Dorchester"]);
});

const label = (x, y, room, width = 40) => ({ x, y, width, height: 16, room });

test("the larger area keeps its name, the smaller one beneath goes without", () => {
  assert.deepEqual(placeLabels([label(0, 0, 50), label(10, 4, 90)]), [1]);
});

test("no name is wider than its area", () => {
  assert.deepEqual(placeLabels([label(0, 0, 39), label(500, 0, 40)]), [1]);
});

test("names side by side both stand", () => {
  assert.deepEqual(placeLabels([label(0, 0, 50), label(40, 0, 50), label(-900, 700, 50)]), [0, 1, 2]);
});

test("of many random names no two overlap, and every one left out had a reason", () => {
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const labels = Array.from({ length: 400 }, () => label(random() * 900, random() * 600, 30 + random() * 90, 20 + random() * 60));
  const placed = placeLabels(labels);
  const overlap = (a, b) => Math.abs(a.x - b.x) < (a.width + b.width) / 2 && Math.abs(a.y - b.y) < (a.height + b.height) / 2;
  placed.forEach((i, at) => placed.slice(at + 1).forEach((j) => assert.ok(!overlap(labels[i], labels[j]))));
  labels.forEach((one, i) => {
    assert.ok(placed.includes(i) || one.width > one.room || placed.some((j) => overlap(one, labels[j])));
  });
});
