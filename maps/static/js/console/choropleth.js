// The areas under the reports: coloured by a figure, one level below what is chosen, with the crumbs that lead up again.

import { classColours, classOf, countClasses, isDark, metricValues, unpackFigures, withinTerritory, NO_DATA } from "../classes.js";
import { byId, element } from "../elements.js";
import { drawLegend } from "../legend.js";
import { hatch } from "../workload_map.js";
import { numberText, timeText } from "../wording.js";
import { ask, here } from "./service.js";

const CLASSES = "quantile/5";
const OUTSIDE = "#eef1f4";

/** told: {view() → view, level() → key, redrawn(), area(level, code), notice(text)} */
export function choropleth(config, ground, say, told) {
  const { language } = config;
  const metrics = Object.fromEntries(config.metrics.map((metric) => [metric.key, metric]));
  const noDataFill = hatch(config.noData);
  let outlines = null;
  let figures = null;
  let inside = null;

  async function show({ fit = true } = {}) {
    const level = told.level();
    if (outlines?.level !== level) {
      const fetched = await ask(config.outlines[level]);
      outlines = { ...fetched, level };
      ground.areas(fetched);
      told.redrawn();
    }
    inside = await insideOf(level);
    await refresh();
    if (fit) ground.fit(inside);
    await crumbs();
  }

  /** The codes of the level that lie in the chosen area; null for all of them. */
  async function insideOf(level) {
    if (!told.view().area) return null;
    if (told.view().areaLevel === level) return new Set([told.view().area]);
    const codes = new Set();
    let cursor = "";
    do {
      const page = await ask(here(`/api/v1/areas?limit=200&level=${level}&parent=${encodeURIComponent(told.view().area)}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`));
      for (const one of page.areas) codes.add(one.code);
      cursor = page.next;
    } while (cursor);
    return codes;
  }

  /** Another figure: at once where its classes came along with the last ones, and anew behind that. */
  async function recolour() {
    if (figures?.order === outlines?.order && figures.classes[`${told.view().metric}/${CLASSES}`]) paint();
    else await refresh();
  }

  async function refresh() {
    if (!config.seesFigures || document.hidden) return;
    figures = unpackFigures(await ask(here(`/maps/figures?level=${outlines.level}&metric=${told.view().metric}&breaks=quantile&classes=5`)));
    if (figures.order === outlines.order) paint();
    else told.notice(say("map.redrawn"));
  }

  function paint() {
    const metric = metrics[told.view().metric];
    const breaks = { ...figures.classes[`${told.view().metric}/${CLASSES}`], fixed: false };
    const values = metricValues(metric, figures.columns);
    const classes = values.map((value) => classOf(value, breaks.limits));
    const colours = classColours(config.palette, config.zero, breaks);
    const within = withinTerritory(figures.columns);
    const fills = classes.map((index, i) => (!within[i] ? OUTSIDE : index === NO_DATA ? noDataFill : colours[index]));
    ground.paint(fills, inside, isDark);
    const total = metric.summable ? values.reduce((sum, value) => sum + (value ?? 0), 0) : null;
    const counted = countClasses(classes.filter((_, i) => within[i]), breaks);
    drawLegend({ metric, breaks, colours, ...counted, total, elsewhere: figures.elsewhere, language, say });
    byId("legend-note").textContent = say("map.as_of", { time: timeText(figures.as_of, config.timeZone, language) });
    document.body.dataset.ready = `${outlines.level}/${told.view().metric}`;
  }

  function words(code) {
    const i = outlines.features.findIndex(({ properties }) => properties.code === code);
    const metric = metrics[told.view().metric];
    const value = figures ? metricValues(metric, figures.columns)[i] : null;
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

  return { show, refresh, recolour, words };
}
