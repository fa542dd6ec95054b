// Last year's reports filed again on the plan: asked for when it is wanted, because it takes its time.

import { ask } from "../console/service.js";
import { byId, element } from "../elements.js";
import { table } from "./sheet.js";

const SIDES = ["replay_reports", "replay_most", "walk_m"];

/** The sentence and the rows of a replay: those whose year would have been another first, all of them by number. */
export function rowsOf({ people }, whole) {
  const side = ({ before, after }, name) => {
    const [was, is] = [before[name], after[name]].map(whole);
    return was === is ? is : `${was} → ${is}`;
  };
  const other = ({ before, after }) => before.reports !== after.reports;
  return people.toSorted((a, b) => other(b) - other(a) || a.number.localeCompare(b.number)).map((one) => [one.number, side(one, "reports"), side(one, "most"), side(one, "walk_m")]);
}

/** state: {plan}; told: {say, whole, refused(fault)} */
export function replaying(state, { say, whole, refused }) {
  const place = byId("replayed");
  byId("replay").addEventListener("click", async () => {
    const { plan, version } = state.plan;
    place.replaceChildren(element("p", { textContent: say("plan.replaying") }));
    try {
      const told = await ask(`/api/v1/plans/${plan}/replay`);
      // It was drawn at, or left, meanwhile.
      if (state.plan.plan !== plan || state.plan.version !== version) return;
      const places = { reports: told.reports, changed: told.changed, before: told.nobody_before, after: told.nobody_after };
      const sum = say("plan.replay_sum").replaceAll(/\{(\w+)\}/g, (_, name) => whole(places[name]));
      place.replaceChildren(element("p", { textContent: sum }), element("p", { className: "fine", textContent: say("plan.replay_how") }), table([say("plan.person"), ...SIDES.map((name) => say(`plan.${name}`))], rowsOf(told, whole)));
    } catch (fault) {
      place.replaceChildren();
      refused(fault);
    }
  });
  return {
    /** What was replayed holds no longer. */
    reset: () => {
      place.replaceChildren();
      byId("replaying").hidden = !state.plan.taken && !state.plan.restores;
    },
  };
}
