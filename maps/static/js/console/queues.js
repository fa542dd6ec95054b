// The queues beside the map: counters that live, and the list of the chosen one.

import { element } from "../elements.js";
import { draggable } from "./dropping.js";
import { QUEUES, chosen, counts, pressing } from "./open_reports.js";

const SHOWN = 200;
const MINUTE_MS = 60_000;

/** told: {queue(key), open(number), select(number, isSelected)} */
export function queueList(tabs, list, more, say, told) {
  const selected = new Set();

  function draw(reports, view, { kinds, now }) {
    const told_ = counts(reports, view, now);
    tabs.replaceChildren(...Object.keys(QUEUES).map((key) => tab(key, told_[key], view.queue)));
    const found = pressing(chosen(reports, view, now));
    for (const number of selected) if (!found.some((one) => one.number === number)) selected.delete(number);
    const focused = document.activeElement?.closest?.("[data-number]")?.dataset.number;
    list.replaceChildren(...found.slice(0, SHOWN).map((one) => item(one, view, kinds, now)));
    if (focused) list.querySelector(`[data-number="${focused}"] a`)?.focus();
    more.textContent = found.length > SHOWN ? say("console.more", { count: found.length - SHOWN }) : found.length ? "" : say("console.empty");
  }

  function tab(key, count, current) {
    const made = element("button", { type: "button", onclick: () => told.queue(key) }, element("b", { textContent: count }), ` ${say(`console.queue_${key}`)}`);
    made.setAttribute("aria-pressed", key === current);
    made.dataset.queue = key;
    if (count && ["urgent", "overdue"].includes(key)) made.classList.add("late");
    return element("li", {}, made);
  }

  function item(one, view, kinds, now) {
    const open = (event) => { event.preventDefault(); told.open(one.number); };
    const box = element("input", { type: "checkbox", checked: selected.has(one.number), ariaLabel: say("console.select", { number: one.number }), onchange: ({ target }) => mark(one.number, target.checked) });
    const name = kinds.get(one.kind) ?? one.kind;
    const link = element("a", { href: `?report=${one.number}`, onclick: open }, element("b", { textContent: one.urgent ? `${say("console.urgent")} · ${name}` : name }), element("span", { className: "fine", textContent: `${say(`status.${one.status}`)} · ${due(one, now)}` }));
    const made = element("li", { className: [one.urgent ? "urgent" : "", one.overdue ? "late" : ""].join(" ").trim() }, box, link);
    made.dataset.number = one.number;
    // What is ticked goes along with one that is.
    draggable(made, () => (selected.has(one.number) ? [...selected] : [one.number]));
    if (one.number === view.report) made.setAttribute("aria-current", "true");
    return made;
  }

  function mark(number, isSelected) {
    if (isSelected) selected.add(number);
    else selected.delete(number);
    told.select(selected.size);
  }

  /** "3 h 20 min left", "2 d over": what a desk wants to know of a deadline. */
  function due({ due_at: until }, now) {
    if (until === null) return say("console.no_clock");
    const minutes = Math.round((Date.parse(until) - now) / MINUTE_MS);
    const size = Math.abs(minutes);
    const span = size < 60 ? say("console.minutes", { n: size }) : size < 2880 ? say("console.hours", { n: Math.round(size / 60) }) : say("console.days", { n: Math.round(size / 1440) });
    return say(minutes < 0 ? "console.over" : "console.left", { span });
  }

  /** Moves the focus down or up the list. */
  function move(step) {
    const links = [...list.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    links[Math.max(0, Math.min(links.length - 1, at + step))]?.focus();
  }

  return {
    draw,
    move,
    selected: () => [...selected],
    selectMany: (numbers) => { for (const number of numbers) selected.add(number); told.select(selected.size); },
    clear: () => { selected.clear(); told.select(0); },
    selectFocused: () => list.querySelector("li:focus-within input")?.click(),
  };
}
