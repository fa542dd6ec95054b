// Orders that a grid stays as it is: seen by whoever draws, given and ended by whoever may.

import { ask, send } from "../console/service.js";
import { byId } from "../elements.js";

/** state: {picked, held}; told: {say, refused(fault), draw()} */
export function locks(state, mayLock, { say, refused, draw }) {
  const load = async () => {
    state.held = new Map((await ask("/api/v1/cell-locks")).locks.map(({ code, reason }) => [code, reason]));
  };
  const changing = async (change) => {
    try {
      await change();
      await load();
      byId("lock-reason").value = "";
      draw();
    } catch (fault) { refused(fault); }
  };
  byId("lock").addEventListener("submit", (event) => {
    event.preventDefault();
    const [code] = state.picked;
    if (state.held.has(code)) changing(() => send(`/api/v1/cell-locks/${encodeURIComponent(code)}`, undefined, "DELETE"));
    else changing(() => send("/api/v1/cell-locks", { code, reason: byId("lock-reason").value }));
  });
  return {
    load,
    show: () => {
      const [code] = state.picked;
      const reason = state.held.get(code);
      byId("lock").hidden = !code || (!mayLock && reason === undefined);
      byId("lock-why").textContent = reason === undefined ? "" : `${say("plan.held")}: ${reason}`;
      byId("lock-reason").hidden = byId("lock-do").hidden = !mayLock;
      byId("lock-reason").required = reason === undefined;
      byId("lock-reason").disabled = reason !== undefined;
      byId("lock-do").textContent = say(reason === undefined ? "plan.lock" : "plan.unlock");
    },
  };
}
