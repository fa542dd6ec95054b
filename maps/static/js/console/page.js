// The console: what is chosen, fetched, heard and shown, wired together.

import { byId, element } from "../elements.js";
import { phrase } from "../wording.js";
import { alarm } from "./alarm.js";
import { bulkPanel } from "./bulk.js";
import { callForm } from "./calls.js";
import { choropleth } from "./choropleth.js";
import { linkExports } from "./exports.js";
import { extras } from "./extras.js";
import { listen } from "./feed.js";
import { openGround } from "./ground.js";
import { KEYS, asked } from "./keys.js";
import { QUEUES, changed, chosen } from "./open_reports.js";
import { reportPanel } from "./panel.js";
import { queueList } from "./queues.js";
import { searchBox } from "./search.js";
import { ask, askIn, here } from "./service.js";
import { levelBelow, placeOf, readView, writeView } from "./view.js";

const GATHER_MS = 250;
const FIGURES_MS = 3_000;
const MINUTE_MS = 60_000;
const NOTICE_MS = 6_000;
const AT_ONCE = 100;

const config = JSON.parse(byId("config-json").textContent);
const { language } = config;
const say = (key, places) => phrase(config.strings, key, places);
const levels = config.levels.map(({ key }) => key);
const USUAL = { area: "", areaLevel: levels[0], level: "", metric: "open", queue: "all", kind: "", report: "", lang: language };
const KNOWN = { metrics: config.metrics.map(({ key }) => key), levels, queues: Object.keys(QUEUES) };

let view = readView(new URLSearchParams(location.search), USUAL, KNOWN);
let at = placeOf(location.hash);
let reports = new Map();
let areas = null;
let kinds = new Map();
let ground = null;
let panel = null;
let queues = null;
let alarms = null;
let over = null;

const all = () => [...reports.values()];
const levelShown = () => view.level || levelBelow(levels, view.areaLevel);

function go(change) {
  view = { ...view, ...change };
  history.pushState(null, "", address());
}

const address = () => `?${writeView(view, { ...USUAL, lang: "" })}${at && `#${at}`}`;
const remember = () => history.replaceState(null, "", address());

function notice(text) {
  const place = byId("notice");
  place.textContent = text;
  place.hidden = !text;
  clearTimeout(notice.waiting);
  if (text) notice.waiting = setTimeout(() => { place.hidden = true; }, NOTICE_MS);
}

function failed(error) {
  console.warn(error);
  notice(say("console.failed", { reason: error.message }));
}

// What is chosen.

function chooseArea(level, code) {
  go({ area: code, areaLevel: level, level: "" });
  draw();
  return areas.show().then(over.again).catch(failed);
}

function chooseMetric(metric) {
  go({ metric });
  byId("metric").value = metric;
  return areas.recolour().catch(failed);
}

// The reports.

const shown = () => chosen(all(), view, Date.now());

function draw() {
  queues.draw(all(), view, { kinds, now: Date.now() });
  ground.show(shown());
  linkExports({ ...view, level: levelShown() }, config.district.code);
  alarms.draw();
  over.density();
}

async function readAll() {
  const found = await ask(here("/api/v1/open-reports"));
  reports = new Map(found.reports.map((one) => [one.number, one]));
  draw();
  document.body.dataset.listed = reports.size;
}

const pending = new Set();

function gather(number) {
  pending.add(number);
  gather.waiting ??= setTimeout(takeIn, GATHER_MS);
}

async function takeIn() {
  gather.waiting = null;
  const numbers = [...pending].slice(0, AT_ONCE);
  for (const number of numbers) pending.delete(number);
  try {
    const query = numbers.map((number) => `number=${number}`).join("&");
    const found = await ask(here(`/api/v1/open-reports?${query}`));
    reports = changed(reports, numbers, found.reports);
    draw();
    document.body.dataset.heard = Number(document.body.dataset.heard ?? 0) + numbers.length;
    if (numbers.includes(panel.number()) && !isTyping()) await panel.show(panel.number());
    refreshSoon();
  } catch (error) {
    for (const number of numbers) pending.add(number);
    failed(error);
    gather.waiting = setTimeout(takeIn, FIGURES_MS);
    return;
  }
  if (pending.size) gather.waiting ??= setTimeout(takeIn, GATHER_MS);
}

function refreshSoon() {
  refreshSoon.waiting ??= setTimeout(() => { refreshSoon.waiting = null; areas.refresh().catch(failed); }, FIGURES_MS);
}

function resynchronise() {
  readAll().then(areas.refresh).catch(failed);
}

function openReport(number) {
  go({ report: number });
  draw();
  return panel.show(number).then(() => byId("panel").querySelector("h2")?.focus()).catch(failed);
}

function closePanel() {
  panel.close();
  ground.unmark();
  byId("panel").replaceChildren(element("p", { className: "fine", textContent: say("console.none_open") }));
  const left = view.report;
  go({ report: "" });
  draw();
  byId("list").querySelector(`[data-number="${left}"] a`)?.focus();
}

function several(found) {
  if (found.length === 1) openReport(found[0].number);
  else {
    const items = found.slice(0, 50).map((one) => element("li", {}, element("a", { href: `?report=${one.number}`, textContent: `${kinds.get(one.kind) ?? one.kind} · ${one.number} · ${say(`status.${one.status}`)}`, onclick: (event) => { event.preventDefault(); openReport(one.number); } })));
    byId("panel").replaceChildren(element("h2", { tabIndex: -1, textContent: say("console.together", { count: found.length }) }), element("ul", { className: "together" }, ...items));
    panel.close();
  }
}

// What is heard, and keys.

function isTyping() {
  const at = document.activeElement;
  return Boolean(at) && (at.matches("textarea, select") || (at.matches("input") && at.type !== "checkbox"));
}

function wire(call, bulk, search) {
  const acts = {
    search: () => search.focus(),
    file: () => config.files && call.open(),
    next: () => queues.move(1),
    previous: () => queues.move(-1),
    open: () => {},
    assign: () => panel.number() && byId("panel").querySelector(".candidates button")?.focus(),
    steps: () => panel.toSteps(),
    up: () => up(),
    metric: () => byId("metric").focus(),
    select: () => queues.selectFocused(),
    bulk: () => bulk.open().catch(failed),
    acknowledge: alarms.acknowledge,
    help: () => byId("help").showModal(),
    close: () => (byId("help").open ? byId("help").close() : over.close() ? undefined : byId("hits").hidden ? closePanel() : search.close()),
  };
  for (let n = 1; n <= 5; n += 1) acts[`candidate${n}`] = () => panel.number() && panel.assign(n - 1);
  document.addEventListener("keydown", (event) => {
    const isOnControl = Boolean(document.activeElement?.closest("a, button, summary"));
    const what = asked(event, { isTyping: isTyping(), isOnControl });
    if (!what || what === "open") return;
    event.preventDefault();
    acts[what]();
  });
  for (const [id, act] of [["new-call", acts.file], ["give-many", acts.bulk], ["help-button", acts.help], ["acknowledge", acts.acknowledge]]) byId(id)?.addEventListener("click", act);
  byId("help-close").addEventListener("click", () => byId("help").close());
  byId("in-view").addEventListener("click", () => { queues.selectMany(ground.inView(shown()).map(({ number }) => number)); draw(); });
  byId("metric").addEventListener("change", ({ target }) => chooseMetric(target.value));
  byId("level").addEventListener("change", ({ target }) => { go({ level: target.value }); areas.show({ fit: false }).then(over.again).catch(failed); });
  byId("kind").addEventListener("change", ({ target }) => { go({ kind: target.value }); draw(); });
  byId("help-keys").replaceChildren(...Object.entries(KEYS).map(([key, what]) => element("div", {}, element("dt", {}, element("kbd", { textContent: key })), element("dd", { textContent: say(`console.key_${what}`) }))));
  window.addEventListener("popstate", () => {
    view = readView(new URLSearchParams(location.search), USUAL, KNOWN);
    draw();
    areas.show().catch(failed);
    if (view.report) panel.show(view.report).catch(failed);
  });
}

function up() {
  const links = [...byId("crumbs").querySelectorAll("a")];
  links.at(-2)?.click();
}

function options(select, choices, current) {
  select.replaceChildren(...choices.map(([value, text]) => element("option", { value, textContent: text, selected: value === current })));
}

async function start() {
  askIn(config.district.code);
  const call = callForm(byId("panel"), { kinds, language }, say, {
    reports: all,
    mark: (lon, lat) => ground.mark(lon, lat, 20),
    filed: (number) => { notice(say("console.filed", { number })); gather(number); openReport(number); },
    open: openReport,
    notice,
    closed: closePanel,
  });
  const bulk = bulkPanel(byId("panel"), say, {
    chosen: () => queues.selected(),
    changed: (numbers) => numbers.forEach(gather),
    notice,
    closed: closePanel,
  });
  ground = openGround(config.map, {
    area: (code) => { if (levelShown() !== view.areaLevel || code !== view.area) chooseArea(levelShown(), code); },
    reports: several,
    place: (lon, lat) => { if (over.measure(lon, lat)) return true; if (!call.isOpen()) return false; call.placed(lon, lat).catch(failed); return true; },
    words: (code) => areas.words(code),
  }, say);
  alarms = alarm(say, { reports: all, draw });
  over = extras(config, ground.over, say, { view: () => view, level: levelShown, reports: shown, moved: (place) => { at = place; remember(); }, failed });
  areas = choropleth(config, ground, say, { view: () => view, level: levelShown, redrawn: () => ground.show(shown()), area: chooseArea, notice });
  queues = queueList(byId("queues"), byId("list"), byId("more"), say, {
    queue: (queue) => { go({ queue }); draw(); },
    open: openReport,
    select: (count) => { byId("give-many").hidden = !config.mayAssign; byId("give-many").textContent = say("console.give_many", { count }); },
  });
  const panelConfig = { language, timeZone: config.timeZone, lists: { ...config.lists, unit: [], units: [], kind: [] }, kinds };
  panel = reportPanel(byId("panel"), panelConfig, say, {
    shown: ({ where }) => (where.position ? ground.mark(where.position.lon, where.position.lat, where.accuracy_m ?? 0) : ground.unmark()),
    changed: gather,
    closed: closePanel,
    open: openReport,
    notice,
  });
  const search = searchBox(byId("search"), byId("hits"), byId("datum"), say, {
    reports: all,
    open: openReport,
    area: chooseArea,
    place: (lon, lat) => { ground.go(lon, lat); ground.mark(lon, lat); },
  });
  listen("/api/v1/events", config.eventTypes, {
    changed: gather,
    resynchronise,
    state: (state) => {
      document.body.dataset.live = state;
      byId("live").textContent = say(`console.${state}`);
      byId("live").className = state;
    },
  });
  const [told, units] = await Promise.all([ask(here("/api/v1/kinds")), ask(here("/api/v1/units"))]);
  for (const one of told.kinds) if (!one.group) kinds.set(one.code, language === "zh" ? one.name : one.name_en || one.name);
  panelConfig.lists.kind = [...kinds].map(([value, text]) => ({ value, text: `${value} ${text}` }));
  panelConfig.lists.unit = panelConfig.lists.units = units.units.map(({ code, name, name_en: english }) => ({ value: code, text: language === "zh" ? name : english || name }));
  options(byId("kind"), [["", say("console.any_kind")], ...kinds], view.kind);
  options(byId("metric"), config.metrics.map(({ key, name }) => [key, name[language]]), view.metric);
  options(byId("level"), [["", say("console.level_below")], ...config.levels.map(({ key, ...name }) => [key, name[language]])], view.level);
  wire(call, bulk, search);
  const place = at;
  await Promise.all([readAll(), areas.show(), over.start()]);
  if (place) ground.over.look(place);
  if (view.report) await panel.show(view.report);
  setInterval(draw, MINUTE_MS);
  setInterval(() => areas.refresh().catch(failed), MINUTE_MS);
}

start().catch(failed);
