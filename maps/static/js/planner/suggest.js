// What could be drawn: options that even out, with grids that are kept and lines nothing goes over; what evidence says.

import { ask, send } from "../console/service.js";
import { byId, element } from "../elements.js";
import { rounded } from "./operations.js";
import { optionsOf, suggestionsOf } from "./panels.js";

/** state: {plan, area, kept, barriers}; told: {say, operate(operations), refused(fault), draw()} */
export function suggest(state, { say, operate, refused, draw }) {
  const fill = async (found) => {
    byId("options").replaceChildren(element("li", { textContent: say("plan.searching") }));
    try {
      byId("options").replaceChildren(...(await found()));
    } catch (fault) {
      byId("options").replaceChildren();
      refused(fault);
    }
  };
  byId("balance").addEventListener("submit", (event) => {
    event.preventDefault();
    const asked = { area: state.area, by: byId("balance-by").value, locks: [...state.kept], barriers: state.barriers };
    fill(async () => optionsOf((await send(`/api/v1/plans/${state.plan.plan}/options`, asked)).options, say, operate));
  });
  byId("evidence").addEventListener("click", () => {
    fill(async () => suggestionsOf((await ask(`/api/v1/plans/${state.plan.plan}/suggestions`)).suggestions, say, operate));
  });
  byId("forget").addEventListener("click", () => {
    state.kept.clear();
    state.barriers.length = 0;
    draw();
  });
  return {
    keep: (code) => { if (!state.kept.delete(code)) state.kept.add(code); },
    barrier: (points) => state.barriers.push(points.map(rounded)),
    /** Says what the search will heed. */
    show: () => {
      byId("heeded").hidden = !state.kept.size && !state.barriers.length;
      byId("heeded-text").textContent = `${say("plan.kept")} ${state.kept.size} · ${say("plan.barriers")} ${state.barriers.length}`;
    },
  };
}
