// The page of the workload map: what is chosen, fetched and shown, wired together.

import { breaksKey, readChoice, writeChoice } from "./choices.js";
import { NO_DATA, classColours, classOf, countClasses, isDark, metricValues, unpackFigures, withinTerritory } from "./classes.js";
import { byId, element, segments, translate } from "./elements.js";
import { drawLegend } from "./legend.js";
import { COUNTED, figureTable } from "./table.js";
import { numberText, phrase, timeText } from "./wording.js";
import { addControls, drawAreas, hatch, openMap } from "./workload_map.js";

/** What lies outside the reader's territory: ground, not data that is missing. */
const OUTSIDE = "#eef1f4";

const config = embeddedJson("config");
const inFile = !config.figuresUrl;
const metrics = Object.fromEntries(config.metrics.map((metric) => [metric.key, metric]));

let choice = readChoice(addressed(), config.chosen, Object.keys(metrics));
let figures = null;
let areas = null;
let drawTable = null;
let outlineOrder = null;

const say = (key, places) => phrase(config.strings[choice.language], key, places);

function embeddedJson(name) {
  const found = byId(`${name}-json`);
  return found && JSON.parse(found.textContent);
}

/** A file has no server to read a query, so its choice stands behind the #. */
function addressed() {
  return new URLSearchParams(inFile ? location.hash.slice(1) : location.search);
}

function address(next) {
  const written = writeChoice(addressed(), next).toString();
  return inFile ? `#${written}` : `?${written}`;
}

async function fetchJson(url, init) {
  const answer = await fetch(url, init);
  if (!answer.ok) throw new Error(`${answer.status} ${url}`);
  return answer.json();
}

/** Figures with the class breaks of a choice; kept where they already hold them. */
async function figuresFor(next, { fresh = false } = {}) {
  if (!fresh && figures?.classes[breaksKey(next)]) return figures;
  if (inFile) return unpackFigures(embeddedJson("figures"));
  const url = new URL(config.figuresUrl, location.href);
  url.search = writeChoice(url.searchParams, next);
  return unpackFigures(await fetchJson(url));
}

async function choose(change) {
  const next = { ...choice, ...change };
  try {
    const fetched = await figuresFor(next);
    choice = next;
    take(fetched);
    history.pushState(null, "", address(choice));
  } catch (error) {
    notice(say("map.stale", { time: moment(figures.as_of) }), error);
  }
}

async function refresh() {
  if (document.hidden) return;
  try {
    take(await figuresFor(choice, { fresh: true }));
  } catch (error) {
    notice(say("map.stale", { time: moment(figures.as_of) }), error);
  }
}

function take(fetched) {
  figures = fetched;
  const redrawn = fetched.order !== outlineOrder;
  notice(redrawn ? say("map.redrawn") : "");
  if (!redrawn) show();
}

function notice(text, error) {
  if (error) console.warn(error);
  byId("notice").hidden = !text;
  byId("notice").textContent = text;
}

function moment(iso) {
  return timeText(iso, config.timeZone, choice.language);
}

/** All that follows from figures and choice: colours, legend, table, words. */
function show() {
  const metric = metrics[choice.metric];
  const key = breaksKey(choice);
  const breaks = { ...figures.classes[key], fixed: choice.method === "fixed" };
  const values = metricValues(metric, figures.columns);
  const classes = values.map((value) => classOf(value, breaks.limits));
  const colours = classColours(config.palette, config.zero, breaks);
  const total = metric.summable ? values.reduce((sum, value) => sum + (value ?? 0), 0) : null;
  showWords(metric);
  showChoices(breaks);
  showWaysOut();
  const within = withinTerritory(figures.columns);
  const fills = classes.map((index, i) => {
    if (!within[i]) return OUTSIDE;
    return index === NO_DATA ? noDataFill : colours[index];
  });
  areas.paint(fills, isDark);
  areas.closePopup();
  const { language } = choice;
  const { elsewhere } = figures;
  drawLegend({ metric, breaks, colours, ...countClasses(classes.filter((_, i) => within[i]), breaks), total, elsewhere, language, say });
  drawTable({ metric, values, figures, say, language });
  document.body.dataset.ready = key;
}

function showWords(metric) {
  const { language } = choice;
  const level = config.level[language];
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = `${config.district[language]} · ${metric.name[language]} · ${say("map.title")}`;
  translate(document, say);
  byId("district").textContent = config.district[language];
  byId("as-of").textContent = say("map.as_of", { time: moment(figures.as_of) });
  byId("edition").textContent = say("map.edition", { number: figures.edition });
  byId("table-title").textContent = say("map.table_title", { level });
  const outside = withinTerritory(figures.columns).filter((is) => !is).length;
  const key = outside ? "map.count_within" : "map.count";
  const count = say(key, { count: numberText(figures.count - outside, 0, language), level });
  byId("legend-note").textContent = [count, say("map.upper_included"), byId("edition").textContent, byId("as-of").textContent].join(" · ");
  byId(config.map).setAttribute("aria-label", say("map.label"));
}

/** What leads away from this page takes along what was chosen here. */
function showWaysOut() {
  const home = byId("home");
  if (home) home.search = withLanguage(home.search);
  const file = byId("file");
  if (file) file.search = writeChoice(new URLSearchParams(file.search), choice);
}

function withLanguage(search) {
  const written = new URLSearchParams(search);
  written.set("lang", choice.language);
  return written;
}

function showChoices(breaks) {
  const { language, method } = choice;
  const isMetric = (key) => key === choice.metric;
  byId("metrics").replaceChildren(...config.metrics.map((metric) => metricItem(metric, isMetric(metric.key))));
  const current = byId("metrics").querySelector("[aria-current]");
  byId("metrics").scrollLeft = current.offsetLeft - byId("metrics").offsetLeft - 16;
  const levels = config.levels.map(({ key, href, ...name }) => ({ key, text: name[language], href: levelAddress(href) }));
  segments(byId("level-links"), levels, (key) => key === config.level.key);
  const offered = method === "fixed" ? ["quantile", "natural", "fixed"] : ["quantile", "natural"];
  const methods = offered.map((key) => ({ key, text: say(`map.${key}`), href: address({ ...choice, method: key }), choose: () => choose({ method: key }) }));
  segments(byId("methods"), methods, (key) => key === method);
  byId("class-number").value = choice.classes;
  byId("class-number").disabled = method === "fixed";
  byId("freeze").hidden = inFile || method === "fixed" || breaks.limits.length === 0;
}

function levelAddress(href) {
  const url = new URL(href, location.href);
  // Limits kept from one level say nothing on another.
  url.search = writeChoice(url.searchParams, choice.method === "fixed" ? { ...choice, method: "quantile" } : choice);
  return url.href;
}

function metricItem(metric, current) {
  const next = metric.key === choice.metric || choice.method !== "fixed" ? { metric: metric.key } : { metric: metric.key, method: "quantile" };
  const link = element("a", { href: address({ ...choice, ...next }), textContent: metric.name[choice.language] });
  if (current) link.setAttribute("aria-current", "true");
  link.addEventListener("click", (event) => { event.preventDefault(); choose(next); });
  return element("li", {}, link);
}

function tooltip(i) {
  const metric = metrics[choice.metric];
  const value = metricValues(metric, figures.columns)[i];
  const { language } = choice;
  const said = value === null ? say("map.no_data") : `${numberText(value, metric.decimals, language)} ${metric.unit[language]}`;
  return element("span", {}, element("b", { textContent: names[i] }), ` ${said}`);
}

function popup(i) {
  const { language } = choice;
  const others = config.metrics.filter(({ key, numerator }) => !COUNTED.includes(key) && numerator in figures.columns);
  const lines = [
    ...COUNTED.map((key) => [say(`map.${key}`), figures.columns[key][i], 1]),
    ...others.map((metric) => [metric.name[language], metricValues(metric, figures.columns)[i], metric.decimals]),
    ...["residents", "workers"].map((key) => [say(`map.${key}`), figures.columns[key][i], 0]),
  ];
  const list = element("dl", {});
  for (const [term, value, decimals] of lines) {
    list.append(element("dt", { textContent: term }), element("dd", { textContent: numberText(value, decimals, language) }));
  }
  return element("div", { className: "area-card" }, element("h3", { textContent: names[i] }), element("p", { textContent: codes[i] }), list);
}

const noDataFill = hatch(config.noData);
let names = [];
let codes = [];

async function start() {
  document.body.classList.toggle("embedded", config.embedded);
  notice(say("map.loading"));
  const map = openMap(config.map);
  const [outlines, fetched] = await Promise.all([
    embeddedJson("outlines") ?? fetchJson(config.outlinesUrl, { credentials: "same-origin" }),
    figuresFor(choice),
  ]);
  names = outlines.features.map(({ properties }) => properties.name);
  codes = outlines.features.map(({ properties }) => properties.code);
  outlineOrder = outlines.order;
  figures = fetched;
  addControls(map, { zoomIn: say("map.zoom_in"), zoomOut: say("map.zoom_out") });
  areas = drawAreas(map, outlines, { tooltip, popup });
  drawTable = figureTable({ names, codes }, (i) => {
    byId(config.map).scrollIntoView({ block: "nearest" });
    areas.show(i);
  });
  take(fetched);
  fitTerritory();
  listen();
}

/** Whoever looks after a part of the district sees that part first. */
function fitTerritory() {
  const own = withinTerritory(figures.columns).flatMap((is, i) => (is ? [i] : []));
  if (own.length && own.length < figures.count) areas.fit(own);
}

function listen() {
  // Leaflet hears the key only while the map has the focus; who came through the table has it there.
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") areas.closePopup(); });
  byId("print").addEventListener("click", () => window.print());
  byId("language").addEventListener("click", () => choose({ language: choice.language === "zh" ? "en" : "zh" }));
  byId("class-number").addEventListener("change", (event) => choose({ classes: Number(event.target.value) }));
  byId("freeze").addEventListener("click", () => choose({ method: "fixed", limits: figures.classes[breaksKey(choice)].limits }));
  window.addEventListener("popstate", async () => {
    choice = readChoice(addressed(), config.chosen, Object.keys(metrics));
    take(await figuresFor(choice));
  });
  if (config.refreshS > 0) setInterval(refresh, config.refreshS * 1000);
}

start().catch((error) => notice(say("map.failed", { reason: error.message }), error));
