// Many reports at once: foreseen with everyone's load, given, and given back within a minute.

import { element } from "../elements.js";
import { Refused, newKey, send } from "./service.js";

/** told: {chosen() → [number], changed([number]), notice(text), closed()} */
export function bulkPanel(place, say, told) {
  /** numbers: what is ticked; people: who may be meant, the first of them unless another is typed; into: of what area; before: what else may be meant. */
  async function open({ numbers = told.chosen(), people = null, into = "", before = null } = {}) {
    if (!numbers.length) {
      told.notice(say("console.choose_some"));
      return;
    }
    const person = element("input", { name: "person", autocomplete: "off", placeholder: say("console.by_rule"), maxLength: 40, value: people?.[0]?.number ?? "" });
    const known = element("datalist", { id: "may-be-meant" }, ...(people ?? []).map((one) => element("option", { value: one.number, label: meant(one) })));
    if (people) person.setAttribute("list", known.id);
    const give = element("button", { className: "main", textContent: say("console.give") });
    const foreseen = element("div", { id: "foreseen", role: "status" });
    const form = element(
      "form",
      { className: "call", onsubmit: (event) => { event.preventDefault(); giveTo(numbers, person.value.trim(), foreseen); } },
      element("header", { className: "report" }, element("h2", { tabIndex: -1, textContent: say("console.bulk", { count: numbers.length }) }), element("button", { type: "button", className: "close", ariaLabel: say("console.close"), title: say("console.close"), textContent: "×", onclick: told.closed })),
      ...[into && element("p", { textContent: people.length ? say("console.answer_for", { area: into, count: people.length }) : say("console.nobody_for", { area: into }) }), before].filter(Boolean),
      element("label", {}, element("span", { textContent: say("field.person") }), person, known),
      element("button", { type: "button", textContent: say("console.foresee"), onclick: () => foresee(numbers, person.value.trim(), foreseen) }),
      foreseen,
      give,
    );
    place.replaceChildren(form);
    (person.value ? give : person).focus();
    await foresee(numbers, person.value, foreseen);
  }

  const meant = ({ role, open: load, cap }) => `${say(`role.${role}`)}${load === undefined ? "" : ` · ${say("console.load", { load: cap ? `${load} / ${cap}` : load })}`}`;

  async function foresee(numbers, person, into) {
    await tried(into, async () => into.replaceChildren(...outcome(await ordered(newKey(), numbers, person, true))));
  }

  async function giveTo(numbers, person, into) {
    await tried(into, async () => {
      const key = newKey();
      const given = await ordered(key, numbers, person, false);
      const done = given.reports.some((one) => one.done);
      const undo = element("button", { type: "button", textContent: say("console.undo"), onclick: () => giveBack(key, numbers, into) });
      into.replaceChildren(...outcome(given), ...(done ? [undo] : []));
      if (done) undo.focus();
      told.changed(numbers);
    });
  }

  async function giveBack(key, numbers, into) {
    await tried(into, async () => {
      const answer = await send(`/api/v1/assignments/${key}/undo`, {});
      const back = answer.reports.filter(({ done }) => done).length;
      into.replaceChildren(element("p", { textContent: say("console.undone", { back, count: answer.reports.length }) }));
      told.changed(numbers);
    });
  }

  function ordered(key, numbers, person, isDry) {
    const body = { client_key: key, numbers, dry_run: isDry, reason: "by_hand" };
    return send("/api/v1/assignments", person ? { ...body, person } : body);
  }

  function outcome({ reports, loads }) {
    const refused = reports.filter(({ refused: why }) => why);
    const head = ["field.person", "console.before", "console.after", "console.cap"].map((key) => element("th", { scope: "col", textContent: say(key) }));
    const rows = loads.map((one) => element("tr", { className: one.cap && one.after > one.cap ? "late" : "" }, ...[one.number, one.before, one.after, one.cap ?? "–"].map((text) => element("td", { textContent: text }))));
    const table = element("table", { className: "loads" }, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows));
    const said = refused.map(({ number, refused: why }) => element("li", { textContent: `${number}: ${why.detail}` }));
    return [element("p", { textContent: say("console.given", { done: reports.filter(({ done }) => done).length, count: reports.length }) }), table, element("ul", { className: "fine" }, ...said)];
  }

  async function tried(into, work) {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      into.replaceChildren(element("p", { className: "problem", textContent: error.message }));
    }
  }

  return { open };
}
