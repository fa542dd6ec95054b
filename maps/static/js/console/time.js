// The clock of the console: now, or a moment of the past from the record; through a whole day in a minute.

import { byId } from "../elements.js";
import { timeText } from "../wording.js";
import { HOUR_MS, MINUTE_MS, isMoment, localText, momentOf, playedOn, writtenMoment } from "./moments.js";
import { editionAt, reportsAt, unpackDay } from "./past.js";
import { ask, here } from "./service.js";

/** A picture of a whole district is drawn no more often than this while it plays. */
const FRAME_MS = 90;

/** told: {moved(written), drawn(), settled(), isBusy(), failed(error)}; `drawn` answers when everything is drawn. */
export function timeControl(config, say, told) {
  const { language, timeZone } = config;
  /** {day, atMs, reports, edition}, null for now. */
  let past = null;
  let wanted = 0;
  let playing = null;
  const slider = byId("time-of-day");
  const picker = byId("time-at");

  const thisMinute = () => Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;

  async function go(atMs) {
    if (Number.isNaN(atMs)) return;
    // The minute that runs is now.
    if (atMs >= thisMinute()) {
      now();
      return;
    }
    const turn = (wanted += 1);
    const day = await dayOf(atMs);
    // Another moment was asked for meanwhile.
    if (turn !== wanted) return;
    stand(day, atMs);
    told.moved(writtenMoment(past.atMs));
    await told.drawn();
    told.settled();
  }

  async function dayOf(atMs) {
    const current = past?.day;
    if (current && atMs >= current.beginMs && atMs < current.endMs) return current;
    const date = localText(atMs, timeZone).slice(0, 10);
    document.body.dataset.reading = date;
    try {
      return unpackDay(await ask(here(`/api/v1/open-reports/day?date=${date}`)));
    } finally {
      delete document.body.dataset.reading;
    }
  }

  function stand(day, atMs) {
    past = { day, atMs, reports: reportsAt(day, atMs), edition: editionAt(day, atMs) };
    const time = timeText(new Date(atMs).toISOString(), timeZone, language);
    byId("past-words").textContent = say("console.past", { time });
    picker.value = localText(atMs, timeZone);
    picker.max = localText(Date.now(), timeZone);
    slider.max = Math.max(1, Math.floor((day.endMs - day.beginMs) / MINUTE_MS) - (day.over ? 1 : 0));
    slider.value = Math.floor((atMs - day.beginMs) / MINUTE_MS);
    slider.setAttribute("aria-valuetext", time);
    byId("time-read").textContent = localText(atMs, timeZone).slice(11);
    shown(true);
    document.body.dataset.at = writtenMoment(atMs);
  }

  function shown(isPast) {
    document.body.classList.toggle("past", isPast);
    byId("past").hidden = !isPast;
    byId("look-back").setAttribute("aria-pressed", String(isPast));
    for (const one of document.querySelectorAll("[data-acts]")) one.disabled = isPast;
  }

  function now() {
    wanted += 1;
    stop();
    if (!past) {
      told.moved("");
      return;
    }
    past = null;
    delete document.body.dataset.at;
    const hadFocus = byId("past").contains(document.activeElement);
    shown(false);
    if (hadFocus) byId("look-back").focus();
    told.moved("");
    Promise.resolve(told.drawn()).then(told.settled).catch(told.failed);
  }

  function by(ms) {
    stop();
    return go((past?.atMs ?? thisMinute()) + ms);
  }

  // A day is played from the record that is here; only the address waits until it stops.

  async function play() {
    if (playing) {
      stop();
      told.moved(writtenMoment(past.atMs));
      told.settled();
      return;
    }
    if (!past) await by(-HOUR_MS);
    if (!past) return;
    const last = past.day.beginMs + Number(slider.max) * MINUTE_MS;
    const begun = { day: past.day, last, before: performance.now(), frame: 0 };
    if (past.atMs >= last) stand(past.day, past.day.beginMs);
    playing = begun;
    mark();
    playing.frame = requestAnimationFrame((time) => step(begun, time));
  }

  async function step(run, time) {
    if (playing !== run) return;
    const elapsed = time - run.before;
    if (elapsed >= FRAME_MS) {
      run.before = time;
      stand(run.day, playedOn(past.atMs, elapsed, Number(byId("time-speed").value), run.last));
      await told.drawn();
      if (playing !== run) return;
      if (past.atMs >= run.last) {
        await play();
        return;
      }
    }
    run.frame = requestAnimationFrame((next) => step(run, next));
  }

  function stop() {
    if (playing) cancelAnimationFrame(playing.frame);
    playing = null;
    mark();
  }

  function mark() {
    const key = playing ? "console.past_pause" : "console.past_play";
    byId("time-play").firstElementChild.textContent = say(key);
    document.body.toggleAttribute("data-playing", Boolean(playing));
    // Ten moments a second are no news to anybody who listens.
    byId("past-words").setAttribute("aria-live", playing ? "off" : "polite");
  }

  const heeded = (act) => () => Promise.resolve(act()).catch(told.failed);
  const lookBack = () => {
    if (told.isBusy()) return undefined;
    return past ? slider.focus() : by(-HOUR_MS).then(() => slider.focus());
  };
  const acts = { time: lookBack, earlier: () => told.isBusy() || by(-HOUR_MS), later: () => past && by(HOUR_MS), play: () => told.isBusy() || play(), now };
  for (const [id, act] of [["look-back", () => (past ? now() : lookBack())], ["time-earlier", acts.earlier], ["time-later", acts.later], ["time-play", acts.play], ["past-now", now]]) byId(id).addEventListener("click", heeded(act));
  slider.addEventListener("input", heeded(() => { stop(); return go(past.day.beginMs + Number(slider.value) * MINUTE_MS); }));
  picker.addEventListener("change", heeded(() => { stop(); return go(momentOf(picker.value, timeZone)); }));

  return {
    past: () => past,
    acts: Object.fromEntries(Object.entries(acts).map(([name, act]) => [name, heeded(act)])),
    /** As an address says it: a moment, or "" for now. */
    read: async (written) => (isMoment(written) ? go(Date.parse(written)) : now()),
  };
}
