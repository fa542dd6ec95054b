// The console: what is chosen, fetched, heard and shown, wired together.

import { byId, element, options } from "../elements.js";
import { phrase } from "../wording.js";
import { alarm } from "./alarm.js";
import { bulkPanel } from "./bulk.js";
import { callForm } from "./calls.js";
import { choropleth } from "./choropleth.js";
import { dropping } from "./dropping.js";
import { linkExports } from "./exports.js";
import { extras } from "./extras.js";
import { listen } from "./feed.js";
import { gathering } from "./gathering.js";
import { openGround } from "./ground.js";
import { ACTING, KEYS, asked, takesLetters } from "./keys.js";
import { showPlace } from "./likely.js";
import { readLists } from "./lists.js";
import { notices } from "./notices.js";
import { QUEUES, changed, chosen } from "./open_reports.js";
import { reportPanel } from "./panel.js";
import { queueList } from "./queues.js";
import { searchBox } from "./search.js";
import { COUNTED } from "./past.js";
import { ask, askIn, here } from "./service.js";
import { timeControl } from "./time.js";
import { listTogether } from "./together.js";
import { classedAnew, levelBelow, placeOf, readView, writeView } from "./view.js";

const FIGURES_MS = 3_000;
const MINUTE_MS = 60_000;

const config = JSON.parse(byId("config-json").textContent);
const { language } = config;
const say = (key, places) => phrase(config.strings, key, places);
const { notice, failed } = notices(byId("notice"), say);
const levels = config.levels.map(({ key }) => key);
const USUAL = { area: "", areaLevel: levels[0], level: "", metric: "open", breaks: "quantile", queue: "all", kind: "", report: "", at: "", lang: language };
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
let time = null;

const live = () => [...reports.values()];
const all = () => time.past()?.reports ?? live();
const moment = () => time.past()?.atMs ?? Date.now();
const levelShown = () => view.level || levelBelow(levels, view.areaLevel);

function go(change) {
  view = { ...view, ...change };
  history.pushState(null, "", address());
}

const address = () => `?${writeView(view, { ...USUAL, lang: "" })}${at && `#${at}`}`;
const remember = () => history.replaceState(null, "", address());

// What is chosen.

function chooseArea(level, code) {
  go({ area: code, areaLevel: level, level: "", breaks: classedAnew(view) });
  draw();
  return areas.show().then(over.again).catch(failed);
}

function chooseMetric(metric) {
  go({ metric, breaks: classedAnew(view) });
  byId("metric").value = metric;
  return areas.recolour().catch(failed);
}

// The reports.

const shown = () => chosen(all(), view, moment());

function draw() {
  queues.draw(all(), view, { kinds, now: moment() });
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

const gather = gathering({ found: takeIn, failed });

async function takeIn(numbers, found) {
  reports = changed(reports, numbers, found);
  draw();
  document.body.dataset.heard = Number(document.body.dataset.heard ?? 0) + numbers.length;
  if (numbers.includes(panel.number()) && !isTyping() && !view.at) await panel.show(panel.number());
  refreshSoon();
}

// The past: another moment is the same view of other reports.

function drawThen() {
  const isPast = Boolean(time.past());
  for (const one of byId("metric").options) one.disabled = isPast && !(one.value in COUNTED);
  if (isPast && !(view.metric in COUNTED)) chooseMetric("open");
  over.pause(isPast);
  draw();
  return areas.again();
}

function movedTo(at) {
  const isOther = Boolean(at) !== Boolean(view.at);
  view = { ...view, at };
  if (isOther) history.pushState(null, "", address());
  else remember();
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

const tick = (isIn) => { queues.selectMany(shown().filter(isIn).map(({ number }) => number)); draw(); };

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
    listTogether(byId("panel"), found, { kinds, say, open: openReport });
    panel.close();
  }
}

// What is heard, and keys.

const isTyping = () => takesLetters(document.activeElement);

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
    ...time.acts,
    help: () => byId("help").showModal(),
    close: () => (byId("help").open ? byId("help").close() : over.close() ? undefined : byId("hits").hidden ? closePanel() : search.close()),
  };
  for (let n = 1; n <= 5; n += 1) acts[`candidate${n}`] = () => panel.number() && panel.assign(n - 1);
  document.addEventListener("keydown", (event) => {
    const isOnControl = Boolean(document.activeElement?.closest("a, button, summary"));
    const what = asked(event, { isTyping: isTyping(), isOnControl });
    if (!what || what === "open") return;
    event.preventDefault();
    // What is over cannot be acted upon.
    if (!time.past() || !ACTING.includes(what)) acts[what]();
  });
  for (const [id, act] of [["new-call", acts.file], ["give-many", acts.bulk], ["help-button", acts.help], ["acknowledge", acts.acknowledge]]) byId(id)?.addEventListener("click", act);
  byId("help-close").addEventListener("click", () => byId("help").close());
  byId("in-view").addEventListener("click", () => tick(ground.isInView));
  byId("metric").addEventListener("change", ({ target }) => chooseMetric(target.value));
  byId("level").addEventListener("change", ({ target }) => { go({ level: target.value, breaks: classedAnew(view) }); areas.show({ fit: false }).then(over.again).catch(failed); });
  byId("kind").addEventListener("change", ({ target }) => { go({ kind: target.value }); draw(); });
  byId("help-keys").replaceChildren(...Object.entries(KEYS).map(([key, what]) => element("div", {}, element("dt", {}, element("kbd", { textContent: key })), element("dd", { textContent: say(`console.key_${what}`) }))));
  window.addEventListener("popstate", () => {
    view = readView(new URLSearchParams(location.search), USUAL, KNOWN);
    draw();
    time.read(view.at).then(() => areas.show()).catch(failed);
    if (view.report) panel.show(view.report).catch(failed);
  });
}

function up() {
  const links = [...byId("crumbs").querySelectorAll("a")];
  links.at(-2)?.click();
}

async function start() {
  askIn(config.district.code);
  const call = callForm(byId("panel"), { kinds, language }, say, {
    reports: live,
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
    caught: (isIn) => tick((one) => one.lon !== null && isIn(one.lon, one.lat)),
  }, say, config.baseMap);
  time = timeControl(config, say, {
    moved: movedTo,
    drawn: drawThen,
    settled: () => { if (panel.number()) panel.show(panel.number()).catch(failed); },
    isBusy: () => { if (call.isOpen()) notice(say("console.past_busy")); return call.isOpen(); },
    failed,
  });
  alarms = alarm(say, { reports: live, isNow: () => !time.past(), draw });
  over = extras(config, ground.over, say, { view: () => view, level: levelShown, reports: shown, moved: (place) => { at = place; remember(); }, failed });
  areas = choropleth(config, ground, say, { view: () => view, level: levelShown, past: () => time.past(), redrawn: () => ground.show(shown()), area: chooseArea, classed: (breaks) => { go({ breaks }); draw(); areas.recolour().catch(failed); }, notice });
  dropping(byId(config.map), say, {
    at: (event) => ground.under(event, over.people()),
    level: levelShown,
    report: (number) => reports.get(number),
    isNow: () => !time.past() && config.mayAssign,
    give: bulk.open,
    moved: (number) => { gather(number); openReport(number); },
    notice,
    failed,
  });
  queues = queueList(byId("queues"), byId("list"), byId("more"), say, {
    queue: (queue) => { go({ queue }); draw(); },
    open: openReport,
    select: (count) => { byId("give-many").hidden = !config.mayAssign; byId("give-many").textContent = say("console.give_many", { count }); },
  });
  const panelConfig = { language, timeZone: config.timeZone, readFor: config.readFor, lists: { ...config.lists, unit: [], units: [], kind: [] }, kinds };
  panel = reportPanel(byId("panel"), panelConfig, say, {
    at: () => view.at,
    shown: (report) => showPlace(report, ground, { level: levels.at(-1), isShown: () => panel.number() === report.number }).catch(failed),
    changed: gather,
    closed: closePanel,
    open: openReport,
    notice,
  });
  const search = searchBox(byId("search"), byId("hits"), byId("datum"), say, {
    reports: all,
    people: over.people,
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
  Object.assign(panelConfig.lists, await readLists(kinds, language));
  options(byId("kind"), [["", say("console.any_kind")], ...kinds], view.kind);
  options(byId("metric"), config.metrics.map(({ key, name }) => [key, name[language]]), view.metric);
  options(byId("level"), [["", say("console.level_below")], ...config.levels.map(({ key, ...name }) => [key, name[language]])], view.level);
  wire(call, bulk, search);
  const place = at;
  if (view.at) await time.read(view.at);
  await Promise.all([readAll(), areas.show(), over.start()]);
  if (place) ground.over.look(place);
  if (view.report) await panel.show(view.report);
  setInterval(draw, MINUTE_MS);
  setInterval(() => areas.refresh().catch(failed), MINUTE_MS);
}

start().catch(failed);
