// A report for whoever calls: what, where and who, by keyboard alone; what is open near by comes up meanwhile.

import { element } from "../elements.js";
import { near } from "./near.js";
import { Refused, newKey, ofHere, send } from "./service.js";

const NEAR_M = 200;
const SHOWN = 5;
const PAUSE_MS = 200;
const LEAST_PHONE = 5;
const KIND = /^(\S+)/;

/**
 * told: {reports() → [report], mark(lon, lat), filed(number), open(number), notice(text), closed(), datum() → text}
 */
export function callForm(place, { kinds, language }, say, told) {
  let at = null;
  let key = newKey();

  function open() {
    at = null;
    key = newKey();
    place.replaceChildren(form());
    place.querySelector("[name=kind]").focus();
  }

  function form() {
    const options = [...kinds].map(([code, name]) => element("option", { value: `${code} ${name}` }));
    return element(
      "form",
      { className: "call", onsubmit: file },
      element("header", { className: "report" }, element("h2", { textContent: say("console.call") }), element("button", { type: "button", className: "close", ariaLabel: say("console.close"), title: say("console.close"), textContent: "×", onclick: told.closed })),
      field("kind", element("input", { name: "kind", required: true, autocomplete: "off", list: "kinds" }), element("datalist", { id: "kinds" }, ...options)),
      field("what", element("textarea", { name: "text", rows: 3, required: true, maxLength: 10_000 })),
      field("address", element("input", { name: "address", autocomplete: "off", maxLength: 500, oninput: typed })),
      element("ul", { id: "call-matches", ariaLabel: say("console.meant") }),
      element("p", { className: "fine", id: "call-place", role: "status", textContent: say("console.pick") }),
      element("div", { id: "call-near" }),
      field("caller", element("input", { name: "caller", autocomplete: "off", maxLength: 100 })),
      field("phone", element("input", { name: "phone", autocomplete: "off", inputMode: "tel", maxLength: 40, onchange: calledBefore })),
      element("div", { id: "call-before", role: "status" }),
      element("p", { className: "problem", id: "call-problem", role: "alert" }),
      element("button", { className: "main", textContent: say("console.file") }),
    );
  }

  function field(name, ...inputs) {
    return element("label", {}, element("span", { textContent: say(`console.${name}`) }), ...inputs);
  }

  /** What the register has for the address, while it is typed; the last one typed is what counts. */
  function typed({ target }) {
    clearTimeout(typed.waiting);
    typed.waiting = setTimeout(async () => {
      const address = target.value.trim();
      const { matches } = address ? await send("/api/v1/addresses", ofHere({ address })) : { matches: [] };
      if (target.value.trim() !== address) return;
      const choose = ({ text, position }) => { target.value = text; place.querySelector("#call-matches").replaceChildren(); placed(position.lon, position.lat); };
      place.querySelector("#call-matches")?.replaceChildren(...matches.map((one) => element("li", {}, element("button", { type: "button", textContent: one.text, onclick: () => choose(one) }))));
    }, PAUSE_MS);
  }

  /** What came from this number before; looked for once the number is typed, and written into the access log. */
  async function calledBefore({ target }) {
    const phone = target.value.trim();
    const { reports } = phone.length < LEAST_PHONE ? { reports: [] } : await send("/api/v1/callers", { phone, purpose: "dispatch" }).catch(() => ({ reports: [] }));
    const items = reports.slice(0, SHOWN).map((one) => element("li", {}, element("a", { href: `?report=${one.number}`, textContent: `${kinds.get(one.kind) ?? one.kind} · ${say(`status.${one.status}`)} · ${one.number}`, onclick: (event) => { event.preventDefault(); told.open(one.number); } })));
    place.querySelector("#call-before")?.replaceChildren(...(items.length ? [element("h3", { textContent: say("console.called_before", { count: reports.length }) }), element("ul", {}, ...items)] : []));
  }

  /** A click on the map while the form is open says where it is. */
  async function placed(lon, lat) {
    at = { lon, lat };
    told.mark(lon, lat);
    const answer = await send("/api/v1/locate", ofHere({ lon, lat, datum: "cgcs2000" }));
    const names = answer.path.map(({ name }) => name).join(" › ");
    place.querySelector("#call-place").textContent = names || say("console.nowhere");
    const found = near(told.reports(), at, NEAR_M).slice(0, SHOWN);
    const items = found.map(({ report, metres }) => element("li", {}, element("button", { type: "button", textContent: say("console.attach", { kind: kinds.get(report.kind) ?? report.kind, metres: Math.round(metres), number: report.number }), onclick: () => attach(report.number) })));
    place.querySelector("#call-near").replaceChildren(...(items.length ? [element("h3", { textContent: say("console.near") }), element("ul", {}, ...items)] : []));
  }

  async function attach(number) {
    const { caller, phone, text } = place.querySelector("form").elements;
    const said = { caller_name: caller.value, caller_phone: phone.value, note: text.value };
    const stated = Object.fromEntries(Object.entries(said).filter(([, value]) => value.trim()));
    await tried(async () => {
      await send(`/api/v1/reports/${number}/steps`, { action: "attach_caller", client_key: key, ...stated });
      told.notice(say("console.attached", { number }));
      told.open(number);
    });
  }

  async function file(event) {
    event.preventDefault();
    const { kind, text, address, caller, phone } = event.target.elements;
    const body = { kind: KIND.exec(kind.value)?.[1] ?? "", text: text.value, source: "hotline", client_key: key, subject: subject(address.value.trim()) };
    if (address.value.trim()) body.address = address.value.trim();
    if (caller.value.trim() || phone.value.trim()) body.reporter = { name: caller.value.trim() || null, phone: phone.value.trim() || null };
    await tried(async () => {
      const answer = await send("/api/v1/reports", ofHere(body));
      told.filed(answer.number);
    });
  }

  function subject(address) {
    if (at) return { type: "position", ...at, datum: "cgcs2000", accuracy_m: 20 };
    return address ? { type: "address", address } : { type: "none" };
  }

  async function tried(work) {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      place.querySelector("#call-problem").textContent = error.message;
    }
  }

  return { open, placed, isOpen: () => Boolean(place.querySelector("form.call")), language };
}
