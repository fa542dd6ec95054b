// The list of what can be laid over the map: each is fetched when it is asked for, and again when the area changes.

import { byId, element } from "../elements.js";
import { timeText } from "../wording.js";
import { ask, here } from "./service.js";

const PAGE = 200;

/** told: {view() → view, level() → key, reports() → [report], moved(at), failed(error)} */
export function extras(config, over, say, told) {
  const on = (id) => byId(id)?.checked ?? false;
  let isMeasuring = false;
  let sharing = [];

  const inArea = () => (told.view().area ? `&level=${told.view().areaLevel}&area=${encodeURIComponent(told.view().area)}` : "");

  async function services() {
    const items = [];
    for (let cursor = ""; on("over-services") && cursor !== null;) {
      const page = await ask(here(`/api/v1/service-points?limit=${PAGE}${inArea()}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`));
      for (const { name, kind, hours, offers, address, position } of page.service_points) {
        items.push({ ...position, title: name, lines: [kind, address, hours && `${say("console.opening")} ${hours}`, offers.length ? `${say("console.offers")} ${offers.join("、")}` : ""] });
      }
      cursor = page.next;
    }
    over.services(items);
  }

  async function people() {
    const purpose = byId("over-people")?.value;
    const { positions } = purpose ? await ask(here(`/api/v1/positions?purpose=${purpose}${inArea()}`)) : { positions: [] };
    const age = (at) => say("console.minutes_ago", { minutes: Math.max(0, Math.round((Date.now() - new Date(at)) / 60_000)) });
    sharing = positions.map(({ number, role, position, accuracy_m: within, at, until }) => ({
      ...position,
      number,
      role,
      title: `${number} · ${say(`role.${role}`)} · ${age(at)}`,
      lines: [within ? `± ${Math.round(within)} m` : "", say("console.shared_until", { time: timeText(until, config.timeZone, config.language) })],
    }));
    over.people(sharing);
    byId("over-count").textContent = purpose ? say("console.shared", { count: positions.length }) : "";
  }

  async function borders() {
    const number = byId("over-edition").value;
    over.borders(number ? await ask(here(`/maps/outlines?edition=${number}&level=${told.level()}`)) : null);
  }

  function measuring(is) {
    isMeasuring = is;
    byId("ruler").setAttribute("aria-pressed", String(is));
    byId("measured").textContent = is ? say("console.measure_how") : "";
    over.measure(null);
  }

  const density = () => over.heat(on("over-heat") ? told.reports() : null);
  const heeded = (act) => () => Promise.resolve(act()).catch(told.failed);
  for (const [id, act] of [["over-heat", density], ["over-services", services], ["over-people", people], ["over-edition", borders]]) byId(id)?.addEventListener("change", heeded(act));
  byId("ruler").addEventListener("click", () => measuring(!isMeasuring));
  byId("full").addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()).catch(told.failed));
  over.moved(() => told.moved(over.view()));

  return {
    /** Everything anew for another area or level. */
    again: () => { for (const act of [services, people, borders]) heeded(act)(); },
    density,
    /** Those who share where they are, as they were last asked for, which was for a purpose. */
    people: () => sharing,
    /** Takes a place for the line that is measured, where one is. */
    measure: (lon, lat) => { if (isMeasuring) byId("measured").textContent = over.measure([lon, lat]) || say("console.measure_how"); return isMeasuring; },
    /** People who share where they are do so now: they stand on no picture of the past. */
    pause: (isPast) => {
      const choice = byId("over-people");
      if (!choice || choice.disabled === isPast) return;
      choice.disabled = isPast;
      choice.value = "";
      heeded(people)();
    },
    close: () => { if (!isMeasuring) return false; measuring(false); return true; },
    async start() {
      const { editions } = await ask(here("/api/v1/editions"));
      const others = editions.filter(({ status }) => status !== "in_force");
      byId("over-edition").append(...others.map(({ number, status }) => element("option", { value: String(number), textContent: say(status === "retired" ? "console.edition_former" : "console.edition_draft", { number }) })));
    },
  };
}
