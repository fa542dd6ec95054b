// Reports that stand under one symbol, as a list to choose from.

import { element } from "../elements.js";

const LISTED = 50;

/** told: {open(number)} */
export function listTogether(place, found, { kinds, say, open }) {
  const items = found.slice(0, LISTED).map((one) => {
    const choose = (event) => { event.preventDefault(); open(one.number); };
    const words = `${kinds.get(one.kind) ?? one.kind} · ${one.number} · ${say(`status.${one.status}`)}`;
    return element("li", {}, element("a", { href: `?report=${one.number}`, textContent: words, onclick: choose }));
  });
  place.replaceChildren(element("h2", { tabIndex: -1, textContent: say("console.together", { count: found.length }) }), element("ul", { className: "together" }, ...items));
}
