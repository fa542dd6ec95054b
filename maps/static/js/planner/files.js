// A plan drawn in another tool brought in: compared first, what would change listed, then drawn as ordinary operations.

import { sendFile } from "../console/service.js";
import { byId, element } from "../elements.js";
import { logOf } from "./panels.js";

const KINDS = { zip: "application/zip", gpkg: "application/geopackage+sqlite3", geojson: "application/geo+json", json: "application/geo+json" };
/** As many as the service takes at once. */
const MOST = 400;

/** The media type of a file by its name; null for one that is no layer. */
export function kindOf(name) {
  return KINDS[name.toLowerCase().split(".").pop()] ?? null;
}

/** state: {plan}; told: {say, operate(operations), refused(fault), problems(list), said(text)} */
export function bringing(state, { say, operate, refused, problems, said }) {
  const place = byId("brought");

  byId("bring").addEventListener("submit", async (event) => {
    event.preventDefault();
    const [file] = byId("bring-file").files;
    const kind = kindOf(file.name);
    if (!kind) { said(say("plan.bring_kinds")); return; }
    place.replaceChildren(element("p", { textContent: say("plan.comparing") }));
    try {
      const url = `/api/v1/plans/${state.plan.plan}/drawn?noise_m=${encodeURIComponent(byId("bring-noise").value)}`;
      show(await sendFile(url, file, kind));
    } catch (fault) {
      place.replaceChildren();
      refused(fault);
    }
  });

  function show({ operations, defects }) {
    said("");
    problems(defects);
    const parts = [];
    if (!operations.length && !defects.length) parts.push(element("p", { textContent: say("plan.no_change") }));
    if (defects.length) parts.push(element("p", { className: "problem", textContent: `${say("plan.defects")} ${defects.length}` }));
    if (operations.length) {
      const log = logOf(operations.slice(0, 30).map((facts) => ({ facts, counts: true })), say);
      if (operations.length > 30) log.push(element("li", { textContent: `… ${operations.length}` }));
      parts.push(element("ol", {}, ...log));
      if (operations.length <= MOST) parts.push(element("button", { type: "button", className: "main", textContent: `${say("plan.draw_brought")} (${operations.length})`, onclick: () => draw(operations) }));
      else parts.push(element("p", { className: "problem", textContent: say("plan.too_many") }));
    }
    place.replaceChildren(...parts);
  }

  async function draw(operations) {
    await operate(operations);
    place.replaceChildren();
    byId("bring").reset();
  }

  return {
    /** For another plan, or one that changed: what was compared holds no longer. */
    show: (mayDraw) => {
      byId("bring").hidden = !mayDraw;
      byId("take").href = `/api/v1/plans/${state.plan.plan}/drawn.geojson`;
    },
  };
}
