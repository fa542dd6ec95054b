// Search as one types: report number, area, address, service point, person on duty who is on the map, coordinates in a
// stated datum.

import { element } from "../elements.js";
import { readPosition } from "./near.js";
import { ask, here, ofHere, send } from "./service.js";

const PAUSE_MS = 180;
const SHOWN = 8;
/** How alike an address of the register must be to be offered. */
const LEAST_LIKE = 0.3;
const NUMBER = /^\d{8}-?\d{0,7}$/;

/** told: {reports() → [report], people() → [{title, lon, lat}] on the map, open(number), area(level, code), place(lon, lat)}; datum: the select beside the field. */
export function searchBox(input, list, datum, say, told) {
  let waiting = 0;
  let asked = 0;

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, PAUSE_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { event.preventDefault(); list.querySelector("button")?.focus(); }
    if (event.key === "Enter") { event.preventDefault(); list.querySelector("button")?.click(); }
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    if (!step) return;
    event.preventDefault();
    (document.activeElement.closest("li")?.[step]?.querySelector("button") ?? input).focus();
  });

  async function look() {
    const turn = (asked += 1);
    const text = input.value.trim();
    const found = text ? await hits(text) : [];
    if (turn !== asked) return;
    list.replaceChildren(...(text && !found.length ? [element("li", { className: "fine", textContent: say("console.nothing") })] : found));
    list.hidden = !text;
  }

  async function hits(text) {
    const position = readPosition(text);
    if (position) return [item(say("console.go", { lon: position.lon, lat: position.lat }), () => goTo(position))];
    if (NUMBER.test(text)) {
      const open = told.reports().filter(({ number }) => number.startsWith(text)).slice(0, SHOWN);
      const whole = /^\d{8}-\d{7}$/.test(text) && !open.length ? [{ number: text }] : [];
      const reports = [...open, ...whole].map(({ number }) => item(number, () => told.open(number)));
      // Fifteen digits may be a grid's code as well.
      return text.includes("-") ? reports : [...people(text), ...reports, ...(await areas(text))];
    }
    const [named, placed] = await Promise.all([areas(text), addresses(text)]);
    return [...people(text), ...named, ...placed];
  }

  /** Only who is on the map: positions are asked for by the layer of people, which states its purpose. */
  function people(text) {
    const found = told.people().filter(({ title }) => title.toLowerCase().includes(text.toLowerCase()));
    return found.slice(0, SHOWN).map(({ title, lon, lat }) => item(title, () => told.place(lon, lat)));
  }

  /** Buildings and service points; the address goes in the body, so that no log on the way holds it. */
  async function addresses(text) {
    const { matches } = await send("/api/v1/addresses", ofHere({ address: text }));
    const places = matches.filter(({ what, score }) => what !== "area" && score >= LEAST_LIKE);
    return places.map((one) => item(`${one.text} · ${say(`console.what_${one.what}`)}`, () => told.place(one.position.lon, one.position.lat)));
  }

  async function areas(text) {
    const found = await ask(here(`/api/v1/areas?limit=${SHOWN}&q=${encodeURIComponent(text)}`));
    return found.areas.map((one) => item(`${one.name} · ${one.parent?.name ?? ""}`, () => told.area(one.level, one.code)));
  }

  async function goTo({ lon, lat }) {
    const answer = await send("/api/v1/locate", ofHere({ lon, lat, datum: datum.value }));
    told.place(answer.position.lon, answer.position.lat);
  }

  function item(text, act) {
    const choose = () => { list.hidden = true; input.value = ""; act(); };
    return element("li", {}, element("button", { type: "button", textContent: text, onclick: choose }));
  }

  return { focus: () => { input.focus(); input.select(); }, close: () => { list.hidden = true; } };
}
