// The table twin of the map: every figure of every area, sortable, searchable, reached by keyboard.

import { byId, element } from "./elements.js";
import { foundRows, sortedRows } from "./rows.js";
import { numberText } from "./wording.js";

const FIRST_ROWS = 100;

/** areas: {codes, names}; open(i) shows an area on the map. Returns draw(shown), to be called whenever figures change. */
/** The columns every table and popup has; another figure is shown as "metric" while the map shows it. */
export const COUNTED = ["open", "unassigned", "overdue", "due_soon", "median_age_open_h"];
const STANDING = ["residents", "workers"];

export function figureTable(areas, open) {
  // Until the reader chooses a column, the table follows the figure that the map shows.
  const order = { by: null, descending: true };
  let all = false;
  let shown = null;

  function columns() {
    const { metric, values, figures, say, language } = shown;
    return [
      { key: "name", title: say("map.name"), values: areas.names },
      { key: "code", title: say("map.code"), values: areas.codes },
      ...(isOwn(metric) ? [{ key: "metric", title: metric.name[language], values, decimals: metric.decimals }] : []),
      ...[...COUNTED, ...STANDING].map((key) => ({ key, title: say(`map.${key}`), values: figures.columns[key], decimals: key === "median_age_open_h" ? 1 : 0 })),
    ];
  }

  function sortKey() {
    const own = isOwn(shown.metric);
    if (order.by && (order.by !== "metric" || own)) return order.by;
    return own ? "metric" : shown.metric.key;
  }

  function sortBy(key) {
    order.descending = sortKey() === key ? !order.descending : !["name", "code"].includes(key);
    order.by = key;
    draw(shown);
    byId("figures").querySelector(`[data-key="${key}"]`).focus();
  }

  function draw(next) {
    shown = next;
    const made = columns();
    const by = made.find(({ key }) => key === sortKey());
    const sorted = sortedRows(by.values, { descending: order.descending, codes: areas.codes, language: shown.language });
    const found = foundRows(sorted, byId("search").value, areas);
    const drawn = all ? found : found.slice(0, FIRST_ROWS);
    byId("figures").tHead.replaceChildren(headRow(made));
    byId("figures").tBodies[0].replaceChildren(...drawn.map((i) => bodyRow(made, i)));
    told(drawn.length, found.length);
  }

  function told(drawn, found) {
    const { say, language } = shown;
    const text = (number) => numberText(number, 0, language);
    byId("rows-shown").textContent = say("map.rows", { shown: text(drawn), count: text(found) });
    byId("show-all").hidden = drawn === found;
    byId("show-all").textContent = say("map.show_all", { count: text(found) });
  }

  function headRow(made) {
    const cells = made.map(({ key, title }) => {
      const button = element("button", { type: "button", textContent: title, "data-key": key, onclick: () => sortBy(key) });
      const sorted = key === sortKey() ? (order.descending ? "descending" : "ascending") : "none";
      return element("th", { scope: "col", className: key, "aria-sort": sorted }, button);
    });
    return element("tr", {}, ...cells);
  }

  function bodyRow(made, i) {
    const cells = made.slice(1).map(({ key, values, decimals }) =>
      element("td", { className: key, textContent: key === "code" ? values[i] : numberText(values[i], decimals, shown.language) }),
    );
    const name = element("button", { type: "button", className: "area", textContent: areas.names[i], onclick: () => open(i) });
    return element("tr", {}, element("th", { scope: "row" }, name), ...cells);
  }

  byId("search").addEventListener("input", () => draw(shown));
  byId("show-all").addEventListener("click", () => { all = true; draw(shown); });
  return draw;
}

/** Whether a figure has a column only while the map shows it. */
function isOwn({ key }) {
  return !COUNTED.includes(key);
}
