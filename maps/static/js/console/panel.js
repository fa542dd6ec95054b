// One report: what, where, who has it and until when; who could take it; every step that may be taken now.

import { element } from "../elements.js";
import { timeText } from "../wording.js";
import { history } from "./history.js";
import { looking } from "./looking.js";
import { whatWasSaid } from "./said.js";
import { Refused, ask, newKey, send } from "./service.js";
import { stepForms } from "./steps.js";

const BEST = 5;

/**
 * config: {language, timeZone, lists, kinds}; told: {at() → moment of the past or "", shown(report), changed(number), closed(), open(number), notice(text)}
 */
export function reportPanel(place, config, say, told) {
  const { language, timeZone } = config;
  const time = (iso) => timeText(iso, timeZone, language);
  let current = null;
  let candidates = [];
  /** The step by which it is given to someone: assign, or transfer where somebody has it. */
  let giving = "";
  const lookers = looking(say);

  async function show(number) {
    current = number;
    const base = `/api/v1/reports/${number}`;
    if (told.at()) {
      showPast(number, await ask(`${base}?at=${encodeURIComponent(told.at())}`));
      return;
    }
    const [report, steps, takers, near] = await Promise.all([ask(base), quiet(`${base}/steps`), quiet(`${base}/candidates`), quiet(`${base}/nearby`)]);
    const clock = await quiet(`${base}/clock`);
    // Another one was chosen meanwhile.
    if (current !== number) return;
    giving = ["assign", "transfer"].find((action) => steps?.steps.some((one) => one.action === action && !one.stands_against));
    const free = (takers?.candidates ?? []).filter(({ speaks_against: against }) => !against.includes("has_it"));
    candidates = giving ? free.slice(0, BEST) : [];
    const parts = [head(report), whereIs(report), whoHas(report), whatWasSaid(number, config, say, told.notice), clockOf(clock), assigning(), comesAgain(near), history(number, config, say, told.notice), doing(steps, takers)];
    place.replaceChildren(...parts.filter(Boolean));
    place.dataset.number = number;
    told.shown(report);
    lookers.watch(number, place.querySelector("#also-open"));
  }

  /** As it was: nothing can be done to it. Where it was moved since, its position then is nobody's business. */
  function showPast(number, report) {
    if (current !== number) return;
    lookers.end();
    candidates = [];
    const order = element("p", { className: "fine", textContent: say("console.past_panel") });
    place.replaceChildren(...[head(report), order, whereIs(report), whoHas(report)].filter(Boolean));
    place.dataset.number = number;
    told.shown(report);
  }

  async function take(action, said) {
    const number = current;
    try {
      await send(`/api/v1/reports/${number}/steps`, { action, client_key: newKey(), ...said });
      told.notice(`${say(`step.${action}`)} · ${number}`);
      told.changed(number);
      if (current === number) await show(number);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      told.notice(error.message);
    }
  }

  function head(report) {
    const marks = [say(`status.${report.status}`), report.urgent ? say("console.urgent") : ""].filter(Boolean);
    // The work order is of now.
    const order = told.at() ? "" : element("a", { href: `/api/v1/reports/${report.number}/order.pdf?lang=${language}`, target: "_blank", textContent: say("console.order") });
    return element(
      "header",
      { className: report.urgent ? "report urgent" : "report" },
      element("h2", { tabIndex: -1, textContent: language === "zh" ? report.kind_name : (config.kinds.get(report.kind) ?? report.kind_name) }),
      element("p", { className: "marks" }, element("b", { textContent: marks.join(" · ") }), ` ${report.number} · ${time(report.filed_at)}${order && " · "}`, order),
      element("p", { id: "also-open", role: "status" }),
      element("button", { type: "button", className: "close", title: say("console.close"), ariaLabel: say("console.close"), textContent: "×", onclick: told.closed }),
    );
  }

  function whereIs({ where, subject }) {
    const path = where.path.map(({ name }) => name).join(" › ") || say("console.nowhere");
    const sure = where.certainty === null || where.certainty === undefined ? "" : say("console.certainty", { share: Math.round(where.certainty * 100) });
    const others = where.candidates.slice(1, 4).map(({ name, share }) => `${name} ${Math.round(share * 100)} %`).join("，");
    const lines = [path, [sure, where.accuracy_m ? `± ${Math.round(where.accuracy_m)} m` : "", subject === "position" ? "" : say(`console.by_${subject}`)].filter(Boolean).join(" · ")];
    return section("console.where", ...lines, others && say("console.or_else", { areas: others }));
  }

  function whoHas(report) {
    const person = report.assignee ? `${report.assignee.number} · ${say(`role.${report.assignee.role}`)}` : say("console.nobody");
    const why = report.reasons.find(({ verdict }) => verdict === "taken");
    const reason = why ? say("console.why", { rank: why.rank, open: why.open, cap: why.cap ?? "–" }) : "";
    return section("console.who", person, report.holder ? `${report.holder.name}` : "", reason);
  }

  function clockOf(clock) {
    if (!clock?.clock) return null;
    const none = clock.missing_year ? say("console.no_deadline", { year: clock.missing_year }) : say("console.no_clock");
    const until = clock.due_at ? time(clock.due_at) : none;
    const proof = clock.proof.filter(({ counted }) => counted).map(({ start, end }) => element("li", { textContent: `${time(start)} – ${time(end)}` }));
    const made = section("console.clock", `${say(`clock.${clock.clock}`)} · ${limitText(clock.limit)}`, clock.overdue ? `${until} · ${say("console.overdue")}` : until);
    if (proof.length) made.append(element("details", {}, element("summary", { textContent: say("console.proof") }), element("ol", {}, ...proof)));
    if (clock.overdue) made.classList.add("late");
    return made;
  }

  function limitText(limit) {
    const [size, unit] = (limit ?? "").split(" ");
    return unit ? `${size} ${say(`unit.${unit}`)}` : size;
  }

  function assigning() {
    if (!candidates.length) return null;
    const items = candidates.map((one, i) => {
      const reasons = [...one.speaks_for.map((why) => `+ ${why.startsWith("rank_") ? say("console.rank", { rank: why.slice(5) }) : say(`for.${why}`)}`), ...one.speaks_against.map((why) => `− ${say(`against.${why}`)}`)];
      const load = `${one.open}${one.cap ? ` / ${one.cap}` : ""}`;
      return element(
        "li",
        {},
        element("button", { type: "button", onclick: () => assign(i) }, element("kbd", { textContent: String(i + 1) }), ` ${one.number} · ${say(`role.${one.role}`)} · ${say("console.load", { load })}`),
        element("p", { className: "fine", textContent: reasons.join("  ") }),
      );
    });
    return element("section", {}, element("h3", { textContent: say("console.candidates") }), element("ol", { className: "candidates" }, ...items));
  }

  function assign(i) {
    const one = candidates[i];
    if (one) return take(giving, { person: one.number, reason: "by_hand" });
    return undefined;
  }

  function comesAgain(near) {
    if (!near || (near.nth < 2 && !near.open_same_kind.length)) return null;
    const listed = new Map([...near.open_same_kind, ...near.earlier].map((one) => [one.number, one]));
    const links = [...listed.values()].slice(0, BEST).map((one) =>
      element("li", {}, element("a", { href: `?report=${one.number}`, textContent: `${one.number} · ${say(`status.${one.status}`)} · ${Math.round(one.distance_m)} m`, onclick: (event) => { event.preventDefault(); told.open(one.number); } })),
    );
    return element("section", {}, element("h3", { textContent: near.nth > 1 ? say("console.nth", { nth: near.nth }) : say("console.near") }), element("ul", {}, ...links));
  }

  function doing(steps, takers) {
    const page = `/tasks/${current}?lang=${language}`;
    const lists = { ...config.lists, person: (takers?.candidates ?? []).map(({ number, role }) => ({ value: number, text: `${number} · ${say(`role.${role}`)}` })) };
    const forms = stepForms(steps?.steps ?? [], lists, { say, take, pageOf: () => page });
    const more = element("p", {}, element("a", { href: page, textContent: say("console.whole_page") }));
    return element("section", { id: "doing" }, element("h3", { textContent: say("console.steps") }), ...forms, more);
  }

  function section(title, ...lines) {
    return element("section", {}, element("h3", { textContent: say(title) }), ...lines.filter(Boolean).map((text) => element("p", { textContent: text })));
  }

  return {
    show,
    assign,
    number: () => current,
    close: () => { lookers.end(); current = null; delete place.dataset.number; },
    toSteps: () => place.querySelector("#doing summary, #doing button")?.focus(),
  };
}

/** An answer, or nothing where the role has none. */
async function quiet(url) {
  try {
    return await ask(url);
  } catch (error) {
    if (error instanceof Refused && [401, 403, 404, 409].includes(error.status)) return null;
    throw error;
  }
}
