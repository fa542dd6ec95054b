// Who else has the open report open, by role: said when it is opened and three times a minute, so that no two call the same party.

import { Refused, send } from "./service.js";

const AGAIN_MS = 20_000;

/** say: the page's words. Gives {watch(number, place), end()}; `place` is the element that tells. */
export function looking(say) {
  let waiting = 0;
  let current = null;

  async function look(number, place) {
    clearTimeout(waiting);
    if (current !== number || !place.isConnected) return;
    // A page that nobody sees looks at nothing.
    if (!document.hidden) place.textContent = words(await others(number));
    waiting = setTimeout(() => look(number, place), AGAIN_MS);
  }

  const words = (roles) => (roles.length ? say("console.also_open", { count: roles.length, roles: roles.map((role) => say(`role.${role}`)).join("、") }) : "");

  return {
    watch: (number, place) => { current = number; return look(number, place); },
    end: () => { current = null; clearTimeout(waiting); },
  };
}

/** Nobody, where it cannot be told: it is no reason to disturb. */
async function others(number) {
  try {
    return (await send(`/api/v1/reports/${number}/looking`, {})).others;
  } catch (error) {
    if (error instanceof Refused || error instanceof TypeError) return [];
    throw error;
  }
}
