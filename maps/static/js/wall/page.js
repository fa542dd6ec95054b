// The wall of the command centre: large figures, a map, what happened last, turning from street to street.

import { openGround } from "../console/ground.js";
import { ask, askIn, here } from "../console/service.js";
import { classColours, classOf, isDark, metricValues, unpackFigures, withinTerritory, NO_DATA } from "../classes.js";
import { byId, element } from "../elements.js";
import { numberText, phrase, rangeTexts, timeText } from "../wording.js";
import { hatch } from "../workload_map.js";
import { FIGURES, heard, satisfaction, totals, turned, turnsOf } from "./turns.js";

const FRESH_MS = 20_000;
const SILENCE_MS = 45_000;
const config = JSON.parse(byId("config-json").textContent);
const { language } = config;
const say = (key, places) => phrase(config.strings, key, places);
const metric = config.metrics.find(({ key }) => key === config.metric);
const number = (value) => numberText(value, 0, language);
askIn(config.district.code);

const ground = openGround(config.map, { area: () => {}, reports: () => {}, place: () => true, words: () => "" }, say);
const noData = hatch(config.noData);
const names = new Map();
const kinds = new Map();
const below = new Map();
let turns = [null];
let at = 0;
let events = [];
let isPaused = matchMedia("(prefers-reduced-motion: reduce)").matches;
let lastHeard = 0;

const kept = {};
async function outlinesOf(level) {
  return (kept[level] ??= await ask(config.outlines[level]));
}

/** The codes of what lies in an area, asked once. */
async function within(code) {
  if (!below.has(code)) {
    const page = await ask(here(`/api/v1/areas?limit=200&level=${config.lower}&parent=${encodeURIComponent(code)}`));
    below.set(code, new Set(page.areas.map((one) => one.code)));
  }
  return below.get(code);
}

async function show() {
  const code = turns[at];
  const level = code === null ? config.upper : config.lower;
  const outlines = await outlinesOf(level);
  const inside = code === null ? null : await within(code);
  const query = `level=${level}&metric=${metric.key}&breaks=quantile&classes=5`;
  // Closed and satisfied of thirty days come along only where they are asked for.
  const [figures, recent] = await Promise.all([query, `level=${level}&metric=satisfaction_30d&breaks=quantile&classes=5`].map(async (one) => unpackFigures(await ask(here(`/maps/figures?${one}`)))));
  const closed = unpackFigures(await ask(here(`/maps/figures?level=${level}&metric=closed_30d&breaks=quantile&classes=5`)));
  if (turns[at] !== code) return;
  const columns = { ...figures.columns, satisfaction_30d: recent.columns.satisfaction_30d, closed_30d: closed.columns.closed_30d };
  paint(outlines, level, figures, inside);
  const rows = outlines.features.map((_, i) => i).filter((i) => inside === null || inside.has(outlines.features[i].properties.code));
  large(columns, rows);
  byId("place").textContent = code === null ? config.district[language] : names.get(code);
  byId("as-of").textContent = say("map.as_of", { time: timeText(figures.as_of, config.timeZone, language) });
  document.body.dataset.turn = code ?? "district";
}

let drawn = "";
function paint(outlines, level, figures, inside) {
  if (drawn !== level) ground.areas(outlines);
  drawn = level;
  const breaks = { ...figures.classes[`${metric.key}/quantile/5`], fixed: false };
  const colours = classColours(config.palette, config.zero, breaks);
  const known = withinTerritory(figures.columns);
  const fills = metricValues(metric, figures.columns).map((value, i) => {
    const index = classOf(value, breaks.limits);
    return !known[i] || index === NO_DATA ? noData : colours[index];
  });
  legend(rangeTexts(breaks, metric, language), colours);
  ground.paint(fills, inside, isDark);
  ground.fit(inside);
}

function legend(ranges, colours) {
  byId("legend").replaceChildren(...ranges.map((range, i) => {
    const swatch = element("span", { className: "swatch" });
    swatch.style.backgroundColor = colours[i];
    return element("li", {}, swatch, range);
  }));
}

function large(columns, rows) {
  const sums = totals(columns, rows);
  const share = satisfaction(columns, rows);
  const shown = [...FIGURES.map((name) => [name, sums[name] === null ? "–" : number(sums[name])]), ["satisfaction_30d", share === null ? "–" : `${Math.round(share)} %`]];
  byId("large").replaceChildren(...shown.map(([name, value]) => element("div", { className: `figure ${name}${value === "0" ? " none" : ""}` }, element("dt", { textContent: say(`wall.${name}`) }), element("dd", { textContent: value }))));
}

function tell() {
  byId("quiet").hidden = events.length > 0;
  byId("events").replaceChildren(...events.map(({ kind, type, areas, at: when, urgent }) => element("li", { className: urgent ? "urgent" : "" },
    element("time", { textContent: timeText(when, config.timeZone, language).slice(-5) }),
    element("b", { textContent: kinds.get(kind) ?? kind }),
    element("span", { textContent: say(`entry.${type}`) }),
    element("span", { className: "where", textContent: areas.map((code) => names.get(code)).filter(Boolean).slice(-2).join(" · ") }))));
}

function listen() {
  const source = new EventSource("/api/v1/events");
  source.addEventListener("open", () => live(true));
  source.addEventListener("error", () => live(false));
  for (const type of config.eventTypes) {
    source.addEventListener(type, ({ data }) => {
      live(true);
      const one = JSON.parse(data);
      if (!one.type) return;
      events = heard(events, one);
      tell();
    });
  }
  setInterval(() => { if (source.readyState !== EventSource.OPEN && Date.now() - lastHeard > SILENCE_MS) live(false); }, 5_000);
}

function live(is) {
  if (is) lastHeard = Date.now();
  byId("live").className = is ? "live" : "cut";
  byId("live").textContent = say(is ? "wall.live" : "wall.cut");
  document.body.dataset.live = is ? "live" : "cut";
}

function turn(step) {
  at = turned(turns, at, step);
  return show().catch(failed);
}

function pause() {
  isPaused = !isPaused;
  byId("pause").setAttribute("aria-pressed", String(isPaused));
}

function failed(error) {
  console.warn(error);
  live(false);
}

async function start() {
  const [upper, lower, told] = await Promise.all([outlinesOf(config.upper), outlinesOf(config.lower), ask(here("/api/v1/kinds"))]);
  for (const { features } of [upper, lower]) for (const { properties: { code, name } } of features) names.set(code, name);
  for (const one of told.kinds) kinds.set(one.code, language === "zh" ? one.name : one.name_en || one.name);
  turns = turnsOf(upper);
  byId("pause").setAttribute("aria-pressed", String(isPaused));
  byId("pause").addEventListener("click", pause);
  byId("next").addEventListener("click", () => turn(1));
  byId("back").addEventListener("click", () => turn(-1));
  byId("full").addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()).catch(failed));
  document.addEventListener("keydown", ({ key }) => ({ ArrowRight: () => turn(1), ArrowLeft: () => turn(-1), p: pause })[key]?.());
  await show();
  listen();
  setInterval(() => { if (!isPaused) turn(1); }, config.seconds * 1000);
  setInterval(() => show().catch(failed), FRESH_MS);
  setInterval(() => { byId("clock").textContent = timeText(new Date().toISOString(), config.timeZone, language); }, 1000);
}

start().catch(failed);
