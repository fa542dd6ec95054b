import assert from "node:assert/strict";
import { test } from "node:test";

import { opened } from "../../maps/static/js/follow.js";

test("a link's fragment holds number and code", () => {
  assert.deepEqual(opened("#20261122-0000017.ABCDEF"), { number: "20261122-0000017", secret: "ABCDEF" });
});

test("anything else is no link", () => {
  for (const fragment of ["", "#", "#20261122-0000017", "#.ABC", "#1.2.3"]) assert.equal(opened(fragment), null);
});
