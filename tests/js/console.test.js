import assert from "node:assert/strict";
import test from "node:test";
import { inRing } from "../../maps/static/js/console/lasso.js";
import { clusters, gravity, radius } from "../../maps/static/js/console/clusters.js";
import { KEYS, asked } from "../../maps/static/js/console/keys.js";
import { QUEUES, alarming, changed, chosen, counts, pressing } from "../../maps/static/js/console/open_reports.js";
import { classedAnew, levelBelow, placeOf, printQuery, readView, tableQuery, writeView } from "../../maps/static/js/console/view.js";

const NOW = Date.parse("2026-11-22T08:00:00Z");
const USUAL = { area: "", areaLevel: "district", level: "", metric: "open", breaks: "quantile", queue: "all", kind: "", report: "", at: "", lang: "zh" };
const KNOWN = { metrics: ["open", "overdue"], levels: ["district", "street", "grid"], queues: Object.keys(QUEUES) };

function report(number, changes = {}) {
  return { number, kind: "M01", urgent: false, status: "accepted", due_at: null, overdue: false, assigned: true, located: true, lon: 1, lat: 1, areas: ["d", "s1"], ...changes };
}

test("a view goes into the address and comes back", () => {
  const view = { ...USUAL, area: "210213001000", areaLevel: "street", metric: "overdue", breaks: "fixed/0,1.5,4", queue: "unassigned", report: "20261122-0000017", at: "2026-11-20T06:35Z", lang: "en" };
  assert.deepEqual(readView(new URLSearchParams(writeView(view, USUAL)), USUAL, KNOWN), view);
  assert.equal(writeView(USUAL, USUAL), "");
});

test("what an address spells wrongly is as usual", () => {
  const spoilt = new URLSearchParams("area=<b>&level=planet&metric=secrets&queue=none&report=17&lang=xx&areaLevel=x&kind=%00&at=yesterday&breaks=fixed/1;2");
  assert.deepEqual(readView(spoilt, USUAL, KNOWN), USUAL);
});

test("kept limits are left with the figure they were kept for", () => {
  assert.equal(classedAnew({ breaks: "fixed/1,2" }), "quantile");
  assert.equal(classedAnew({ breaks: "natural" }), "natural");
});

test("a level's parts are drawn one below, and the last on its own", () => {
  assert.equal(levelBelow(KNOWN.levels, "district"), "street");
  assert.equal(levelBelow(KNOWN.levels, "grid"), "grid");
});

test("every report stands in the queues it waits in", () => {
  const reports = [
    report("1", { urgent: true, status: "dispatched", due_at: "2026-11-22T09:00:00Z" }),
    report("2", { located: false, assigned: false, areas: [] }),
    report("3", { assigned: false, overdue: true, due_at: "2026-11-20T09:00:00Z" }),
    report("4", { status: "returned", due_at: "2026-11-29T09:00:00Z", areas: ["d", "s2"] }),
    report("5", { status: "reported", kind: "C01" }),
  ];
  assert.deepEqual(counts(reports, { area: "", kind: "" }, NOW), {
    all: 5, urgent: 1, unlocated: 1, unassigned: 1, waiting: 1, overdue: 1, due_soon: 1, returned: 1, to_verify: 1,
  });
  assert.equal(counts(reports, { area: "s2", kind: "" }, NOW).all, 1);
  assert.deepEqual(chosen(reports, { queue: "all", area: "d", kind: "C01" }, NOW).map((one) => one.number), ["5"]);
});

test("the most pressing stands first", () => {
  const reports = [
    report("d"), report("c", { due_at: "2026-11-23T00:00:00Z" }), report("b", { overdue: true, due_at: "2026-11-21T00:00:00Z" }), report("a2", { urgent: true }), report("a1", { urgent: true }),
  ];
  assert.deepEqual(pressing(reports).map((one) => one.number), ["a1", "a2", "b", "c", "d"]);
  assert.deepEqual(reports.map((one) => one.number), ["d", "c", "b", "a2", "a1"]);
});

test("what is asked for anew and not found is gone", () => {
  const before = new Map([["1", report("1")], ["2", report("2")]]);
  const after = changed(before, ["1", "2"], [report("2", { overdue: true })]);
  assert.deepEqual([...after.keys()], ["2"]);
  assert.equal(after.get("2").overdue, true);
  assert.equal(before.size, 2);
});

test("urgent reports sound until they are acknowledged or accepted", () => {
  const reports = [report("1", { urgent: true, status: "dispatched" }), report("2", { urgent: true }), report("3", { status: "dispatched" })];
  assert.deepEqual(alarming(reports, new Set()).map((one) => one.number), ["1"]);
  assert.deepEqual(alarming(reports, new Set(["1"])), []);
});

test("symbols that would hide each other are one, and none is lost", () => {
  const points = Array.from({ length: 500 }, (_, i) => ({ x: (i * 37) % 400, y: (i * 91) % 300, report: report(String(i)) }));
  const made = clusters(points, 44);
  assert.equal(made.reduce((sum, one) => sum + one.reports.length, 0), 500);
  assert.ok(made.length <= 10 * 7);
  assert.equal(new Set(made.flatMap((one) => one.reports.map(({ number }) => number))).size, 500);
});

test("a symbol looks as the worst of what it stands for, and stays small", () => {
  assert.equal(gravity([report("1"), report("2", { overdue: true }), report("3", { urgent: true })]), "urgent");
  assert.equal(gravity([report("1"), report("2", { overdue: true })]), "overdue");
  assert.equal(gravity([report("1", { assigned: false })]), "unassigned");
  assert.equal(gravity([report("1")]), "open");
  assert.ok(radius(1) < radius(2) && radius(2) < radius(50) && radius(100_000) <= 20);
});

test("keys do nothing while someone types, but Escape closes", () => {
  const press = (key, more = {}) => ({ key, ctrlKey: false, altKey: false, metaKey: false, ...more });
  const free = { isTyping: false, isOnControl: false };
  assert.equal(asked(press("n"), free), "file");
  assert.equal(asked(press("n"), { ...free, isTyping: true }), null);
  assert.equal(asked(press("Escape"), { ...free, isTyping: true }), "close");
  assert.equal(asked(press("a", { ctrlKey: true }), free), null);
  assert.equal(asked(press("Enter"), { ...free, isOnControl: true }), null);
  assert.equal(asked(press("Enter"), free), "open");
  assert.equal(new Set(Object.values(KEYS)).size, Object.keys(KEYS).length);
});

test("the table of a view is of its area and kind, whatever its queue", () => {
  assert.equal(tableQuery({ area: "", areaLevel: "district", kind: "", queue: "overdue" }, "9901"), "open=true&district=9901");
  assert.equal(
    tableQuery({ area: "990101", areaLevel: "street", kind: "M01", queue: "all" }, "9901"),
    "open=true&district=9901&level=street&area=990101&kind=M01",
  );
});

test("where the map looks stands in the part of the address that no server is told", () => {
  assert.equal(placeOf("#39.25658,121.89763,10.5"), "39.25658,121.89763,10.5");
  for (const wrong of ["", "#", "#list", "#39,121", "#1e9,3,4", "#39.2,121.8,10<"]) assert.equal(placeOf(wrong), "");
});

test("the printed map is of the figure, the level and the area that are looked at", () => {
  const view = { level: "grid", metric: "overdue", lang: "en", area: "990101" };
  assert.equal(printQuery(view, "9901"), "district=9901&level=grid&metric=overdue&lang=en&area=990101");
  assert.equal(printQuery({ ...view, area: "" }, "9901"), "district=9901&level=grid&metric=overdue&lang=en");
  assert.equal(printQuery({ ...view, area: "", breaks: "fixed/1,2" }, "9901"), "district=9901&level=grid&metric=overdue&lang=en&breaks=fixed&limits=1%2C2");
});

test("a loop holds what lies in it, where it bends inwards too", () => {
  const bent = [[0, 0], [4, 0], [4, 4], [2, 1], [0, 4]];
  assert.deepEqual([[1, 1], [3.5, 3], [2, 3], [2, 0.5], [5, 1]].map((place) => inRing(bent, place)), [true, true, false, true, false]);
});
