// What the console shows, as its address says it: so that a view can be sent to a colleague. Pure.

import { isMoment } from "./moments.js";

const NUMBER = /^\d{8}-\d{7}$/;
const AT = /^-?\d{1,2}\.\d{1,7},-?\d{1,3}\.\d{1,7},\d{1,2}(\.\d{1,2})?$/;
const CODE = /^[\w-]{1,64}$/;
/** How a figure is classed: by a method, or by limits that stay as they are. */
const BREAKS = /^(quantile|natural|fixed\/-?\d+(\.\d+)?(,-?\d+(\.\d+)?)*)$/;

/** The view that an address holds; what it leaves out or spells wrongly is as `usual` has it. */
export function readView(parameters, usual, { metrics, levels, queues }) {
  const one = (name, isGood) => (isGood(parameters.get(name)) ? parameters.get(name) : usual[name]);
  return {
    ...usual,
    area: one("area", (value) => value !== null && CODE.test(value)),
    areaLevel: one("areaLevel", (value) => levels.includes(value)),
    level: one("level", (value) => levels.includes(value)),
    metric: one("metric", (value) => metrics.includes(value)),
    breaks: one("breaks", (value) => value !== null && value.length <= 200 && BREAKS.test(value)),
    queue: one("queue", (value) => queues.includes(value)),
    kind: one("kind", (value) => value !== null && CODE.test(value)),
    report: one("report", (value) => value !== null && NUMBER.test(value)),
    at: one("at", isMoment),
    lang: one("lang", (value) => value === "zh" || value === "en"),
  };
}

/** Where the map looks, as the part of an address that no server is told: lat,lon,zoom; nothing for what is none. */
export function placeOf(hash) {
  const at = hash.replace(/^#/, "");
  return AT.test(at) ? at : "";
}

/** The query of a view: only what differs from the usual. */
export function writeView(view, usual) {
  const written = new URLSearchParams();
  for (const name of ["area", "areaLevel", "level", "metric", "breaks", "queue", "kind", "report", "at", "lang"]) {
    if (view[name] && view[name] !== usual[name]) written.set(name, view[name]);
  }
  return written.toString();
}

/** The query of the table of what is open in the view's area and of its kind: the queue is the page's own matter. */
export function tableQuery(view, district) {
  const asked = new URLSearchParams({ open: "true", district });
  if (view.area) for (const [name, value] of [["level", view.areaLevel], ["area", view.area]]) asked.set(name, value);
  if (view.kind) asked.set("kind", view.kind);
  return asked.toString();
}

/** The query of the printed map: the figure, the level, and the area that is looked at. */
export function printQuery(view, district) {
  const asked = new URLSearchParams({ district, level: view.level, metric: view.metric, lang: view.lang });
  if (view.area) asked.set("area", view.area);
  const [method, limits] = (view.breaks ?? "quantile").split("/");
  if (method !== "quantile") asked.set("breaks", method);
  if (limits) asked.set("limits", limits);
  return asked.toString();
}

/** The classes of a view for another figure or level: limits belong to those they were kept for. */
export function classedAnew({ breaks }) {
  return breaks.startsWith("fixed") ? "quantile" : breaks;
}

/** The level on which an area's parts are drawn: the next one down, or its own where nothing is below. */
export function levelBelow(levels, level) {
  return levels[Math.min(levels.indexOf(level) + 1, levels.length - 1)];
}
