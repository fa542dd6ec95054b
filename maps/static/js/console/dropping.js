// A report dragged from the list: dropped on a person it is offered to them, on an area to those who answer for it.
// Nothing is done by letting go: what would follow is shown, and one key more does it.

import { element } from "../elements.js";
import { Refused, ask, here, newKey, ofHere, send } from "./service.js";

const TYPE = "application/x-wangge-reports";

/** Lets a row of the list be dragged; numbers() → what goes along. */
export function draggable(row, numbers) {
  row.draggable = true;
  row.addEventListener("dragstart", ({ dataTransfer }) => {
    dataTransfer.effectAllowed = "link";
    dataTransfer.setData(TYPE, JSON.stringify(numbers()));
  });
}

/**
 * box: the map's element.
 * told: {at(event) → {lon, lat, person}, level() → key, report(number) → its row, isNow() → whether anything may be done,
 *        give({numbers, people, into, before}), moved(number), notice(text), failed(error)}
 */
export function dropping(box, say, told) {
  const isOurs = ({ dataTransfer }) => dataTransfer.types.includes(TYPE) && told.isNow();
  box.addEventListener("dragover", (event) => {
    if (!isOurs(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "link";
    box.classList.add("takes");
  });
  for (const name of ["dragleave", "drop"]) box.addEventListener(name, () => box.classList.remove("takes"));
  box.addEventListener("drop", (event) => {
    if (!isOurs(event)) return;
    event.preventDefault();
    dropped(JSON.parse(event.dataTransfer.getData(TYPE)), told.at(event)).catch(told.failed);
  });

  async function dropped(numbers, { lon, lat, person }) {
    if (person) {
      await told.give({ numbers, people: [person] });
      return;
    }
    const { path } = await send("/api/v1/locate", ofHere({ lon, lat, datum: "wgs84" }));
    const area = path?.find(({ level }) => level === told.level());
    if (!area) {
      told.notice(say("console.drop_outside"));
      return;
    }
    const { answering } = await ask(here(`/api/v1/areas/${area.level}/${encodeURIComponent(area.code)}`));
    const before = numbers.length === 1 ? pin(numbers[0], { lon, lat }, path.at(-1)) : null;
    await told.give({ numbers, people: answering, into: area.name, before });
  }

  /** Whoever drops one report may also mean that it lies there. */
  function pin(number, { lon, lat }, area) {
    const act = () => put(number, { lon, lat }).catch(told.failed);
    const isPlaced = told.report(number)?.lon !== null;
    return element("button", { type: "button", id: "put-here", textContent: say(isPlaced ? "console.move_here" : "console.put_here", { area: area.name }), onclick: act });
  }

  async function put(number, { lon, lat }) {
    try {
      const subject = { type: "position", lon, lat, datum: "wgs84" };
      await send(`/api/v1/reports/${number}/steps`, { action: "move", client_key: newKey(), subject });
      told.notice(`${say("step.move")} · ${number}`);
      told.moved(number);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      told.notice(error.message);
    }
  }
}
