// The areas under the reports: coloured by a figure, one level below what is chosen, with the crumbs that lead up again.

import { classColours, classOf, countClasses, isDark, metricValues, unpackFigures, withinTerritory, NO_DATA } from "../classes.js";
import { byId, element, options } from "../elements.js";
import { drawLegend } from "../legend.js";
import { hatch } from "../workload_map.js";
import { numberText, timeText } from "../wording.js";
import { COUNTED, dayBreaks, figureAt } from "./past.js";
import { ask, here } from "./service.js";

const NUMBER = 5;
const METHODS = { quantile: "map.quantile", natural: "map.natural", fixed: "map.freeze" };
const OUTSIDE = "#eef1f4";

/** told: {view() → view, level() → key, past() → moment or null, redrawn(), area(level, code), classed(breaks), notice(text)} */
export function choropleth(config, ground, say, told) {
  const { language } = config;
  const metrics = Object.fromEntries(config.metrics.map((metric) => [metric.key, metric]));
  const noDataFill = hatch(config.noData);
  let outlines = null;
  let figures = null;
  let inside = null;
  /** What was painted last: a value for each outline. */
  let values = [];
  let classed = { day: null, key: "", breaks: null };
  /** The limits of the classes that were painted last. */
  let limits = [];
  const method = () => told.view().breaks.split("/")[0];
  const fixed = () => (method() === "fixed" ? told.view().breaks.split("/")[1].split(",") : null);
  /** The key under which figures carry the classes of the view. */
  const classesKey = () => (fixed() ? told.view().breaks : `${method()}/${NUMBER}`);

  byId("breaks").addEventListener("change", ({ target }) => told.classed(target.value === "fixed" ? `fixed/${limits.join(",")}` : target.value));

  /** Now, the edition in force; at a moment of the past, the one that was. */
  const edition = () => told.past()?.edition ?? config.edition;

  async function show({ fit = true } = {}) {
    const level = told.level();
    await outlined(level);
    inside = await insideOf(level);
    await refresh();
    if (fit) ground.fit(inside);
    await crumbs();
  }

  async function outlined(level) {
    const number = edition();
    if (outlines?.level === level && outlines.number === number) return;
    const fetched = await ask(number === config.edition ? config.outlines[level] : here(`/maps/outlines?edition=${number}&level=${level}`));
    outlines = { ...fetched, level, number };
    ground.areas(fetched);
    told.redrawn();
  }

  /** The codes of the level that lie in the chosen area; null for all of them. */
  async function insideOf(level) {
    if (!told.view().area) return null;
    if (told.view().areaLevel === level) return new Set([told.view().area]);
    const codes = new Set();
    let cursor = "";
    do {
      const page = await ask(here(`/api/v1/areas?limit=200&edition=${edition()}&level=${level}&parent=${encodeURIComponent(told.view().area)}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`));
      for (const one of page.areas) codes.add(one.code);
      cursor = page.next;
    } while (cursor);
    return codes;
  }

  /** Another figure: at once where its classes came along with the last ones, and anew behind that. */
  async function recolour() {
    if (told.past()) paintPast();
    else if (figures?.order === outlines?.order && figures.classes[`${told.view().metric}/${classesKey()}`]) paint();
    else await refresh();
  }

  async function refresh() {
    if (told.past()) {
      paintPast();
      return;
    }
    if (!config.seesFigures || document.hidden) return;
    const how = fixed() ? `fixed&limits=${fixed().join(",")}` : `${method()}&classes=${NUMBER}`;
    figures = unpackFigures(await ask(here(`/maps/figures?level=${outlines.level}&metric=${told.view().metric}&breaks=${how}`)));
    if (figures.order === outlines.order) paint();
    else told.notice(say("map.redrawn"));
  }

  function paint() {
    const metric = metrics[told.view().metric];
    const breaks = { ...figures.classes[`${metric.key}/${classesKey()}`], fixed: Boolean(fixed()) };
    const within = withinTerritory(figures.columns);
    values = metricValues(metric, figures.columns);
    coloured(metric, breaks, within, figures.elsewhere);
    byId("legend-note").textContent = say("map.as_of", { time: timeText(figures.as_of, config.timeZone, language) });
  }

  /** A moment of the past: counted here, in classes that hold for its whole day. */
  function paintPast() {
    if (!config.seesFigures) return;
    const { day, atMs, reports } = told.past();
    const metric = metrics[told.view().metric in COUNTED ? told.view().metric : "open"];
    const codes = outlines.features.map(({ properties }) => properties.code);
    const asked = { depth: config.levels.findIndex(({ key }) => key === outlines.level), within: day.within?.[outlines.level], metric: metric.key };
    const key = `${outlines.number}/${outlines.level}/${metric.key}`;
    if (classed.day !== day || classed.key !== key) classed = { day, key, breaks: dayBreaks(day, codes, asked, NUMBER) };
    const counted = figureAt(reports, codes, { ...asked, atMs });
    values = counted.values;
    coloured(metric, fixed() ? kept(fixed().map(Number)) : classed.breaks, values.map((value) => value !== null), counted.elsewhere);
    const of = say("map.as_of", { time: timeText(new Date(atMs).toISOString(), config.timeZone, language) });
    byId("legend-note").textContent = outlines.number === config.edition ? of : `${of} · ${say("console.past_edition", { number: outlines.number })}`;
  }

  /** Classes that were kept: their limits stay, whatever the values are. */
  function kept(ends) {
    const known = values.filter((value) => value !== null);
    return { limits: ends, lowest: Math.min(...known, ends[0]), highest: Math.max(...known, ends.at(-1)), zero_class: ends[0] === 0, fixed: true };
  }

  function coloured(metric, breaks, within, elsewhere) {
    limits = breaks.limits;
    // Without a limit there is nothing to keep.
    const methods = Object.entries(METHODS).filter(([key]) => key !== "fixed" || limits.length);
    options(byId("breaks"), methods.map(([key, words]) => [key, say(words)]), method());
    const classes = values.map((value) => classOf(value, breaks.limits));
    const colours = classColours(config.palette, config.zero, breaks);
    const fills = classes.map((index, i) => (!within[i] ? OUTSIDE : index === NO_DATA ? noDataFill : colours[index]));
    ground.paint(fills, inside, isDark);
    const total = metric.summable ? values.reduce((sum, value) => sum + (value ?? 0), 0) : null;
    const counted = countClasses(classes.filter((_, i) => within[i]), breaks);
    drawLegend({ metric, breaks, colours, ...counted, total, elsewhere, language, say });
    document.body.dataset.ready = `${outlines.level}/${metric.key}`;
  }

  function words(code) {
    const i = outlines.features.findIndex(({ properties }) => properties.code === code);
    const metric = metrics[told.view().metric];
    const value = values[i];
    const said = value === null || value === undefined ? say("map.no_data") : `${numberText(value, metric.decimals, language)} ${metric.unit[language]}`;
    return element("span", {}, element("b", { textContent: outlines.features[i].properties.name }), ` ${said}`);
  }

  async function crumbs() {
    const chain = told.view().area ? (await ask(here(`/api/v1/areas/${told.view().areaLevel}/${encodeURIComponent(told.view().area)}`))).chain : [];
    const links = [{ level: config.levels[0].key, code: "", name: config.district[language] }, ...chain.filter(({ level }) => level !== config.levels[0].key)];
    byId("crumbs").replaceChildren(...links.map(({ level, code, name }, i) => {
      const link = element("a", { href: code ? `?area=${code}&areaLevel=${level}` : "?", textContent: name, onclick: (event) => { event.preventDefault(); told.area(level, code); } });
      if (i === links.length - 1) link.setAttribute("aria-current", "page");
      return element("li", {}, link);
    }));
  }

  /** Another moment: only what is on the map already is painted, unless other borders were in force. */
  const again = () => (outlines && outlines.number === edition() ? refresh() : show({ fit: false }));

  return { show, refresh, recolour, again, words };
}
