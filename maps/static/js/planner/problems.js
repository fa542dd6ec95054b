// What is wrong, one after the other: where it is on the map, and in words; with keys, so that none is left out.

import { byId } from "../elements.js";

/** The place after another in a list that goes round. */
export function stepped(at, by, count) {
  return count ? (at + by + count) % count : 0;
}

/** Its reason in words, and the grids it concerns. */
export function inWords({ reason, message, codes }, say) {
  const key = `plan.defect_${reason}`;
  const known = say(key);
  const words = known === key ? message || reason : known;
  return codes.length ? `${words} (${codes.slice(0, 4).map((code) => code.slice(-6)).join(" · ")})` : words;
}

export function problems(ground, say) {
  let items = [];
  let at = 0;

  function show() {
    byId("problems").hidden = !items.length;
    ground.problem(items[at]?.where ?? null, true);
    if (!items.length) return;
    byId("problem-place").textContent = `${at + 1} / ${items.length}`;
    byId("problem-words").textContent = inWords(items[at], say);
  }

  function step(by) {
    if (!items.length) return;
    at = stepped(at, by, items.length);
    show();
  }

  byId("problem-last").addEventListener("click", () => step(-1));
  byId("problem-next").addEventListener("click", () => step(1));
  byId("problem-close").addEventListener("click", () => { items = []; show(); });

  return {
    step,
    /** [{reason, message, codes, where}]; none: there is nothing wrong any more. */
    list: (found) => {
      if (!items.length && !found.length) return;
      items = found;
      at = 0;
      show();
    },
  };
}
