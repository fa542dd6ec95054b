// What people said: read for a stated purpose alone, told in the access log before it is shown here.

import { element } from "../elements.js";
import { timeText } from "../wording.js";
import { Refused, send } from "./service.js";

const FIELDS = ["text", "address", "reporter_name", "reporter_phone"];

/** The section of a report's panel with one button for each purpose; none where the role reads nothing. */
export function whatWasSaid(number, { readFor, language, timeZone }, say, notice) {
  if (!readFor.length) return null;
  const told = element("div", {});
  const buttons = readFor.map((purpose) => element("button", { type: "button", textContent: say(`purpose.${purpose}`), onclick: () => read(purpose) }));

  async function read(purpose) {
    try {
      const found = await send(`/api/v1/reports/${number}/personal`, { purpose });
      told.replaceChildren(...shown(found, say, (at) => timeText(at, timeZone, language)));
      told.tabIndex = -1;
      told.focus();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      notice(error.message);
    }
  }

  const lead = element("p", { className: "fine", textContent: say("work.personal_lead") });
  return element("section", { className: "said" }, element("h3", { textContent: say("work.personal") }), lead, element("p", { className: "row" }, ...buttons), told);
}

/** The fields that may be read, then the notes of steps and other calls in the order of the record. */
export function shown(found, say, time) {
  const fields = FIELDS.filter((name) => found.fields.includes(name)).flatMap((name) => [
    element("dt", { textContent: say(`data.${name}`) }),
    element("dd", {}, name === "reporter_phone" && found[name] ? ringing(found[name]) : element("span", { textContent: found[name] || "—" })),
  ]);
  const said = [...(found.notes ?? []), ...(found.callers ?? []).map((one) => ({ ...one, type: "caller_attached" }))].sort((a, b) => a.entry - b.entry);
  const lines = said.map((one) =>
    element("li", {}, element("b", { textContent: say(`entry.${one.type}`) }), element("small", { className: "fine", textContent: ` ${time(one.at)}` }), element("p", { textContent: [one.name, one.phone, one.text].filter(Boolean).join(" · ") })),
  );
  return [element("dl", {}, ...fields), lines.length ? element("ol", { className: "notes" }, ...lines) : ""].filter(Boolean);
}

function ringing(number) {
  return element("a", { href: `tel:${number.replaceAll(/[^\d+]/g, "")}`, textContent: number });
}
