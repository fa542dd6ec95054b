// The consequence sheet as tables: what moves, grid by grid, and who answers for what before and after.

import { element } from "../elements.js";

const MOVED = ["buildings", "households", "residents", "over_60", "service_points", "open_reports", "offers", "deadlines", "reports_year"];
const BY_CELL = ["households", "deviation", "residents", "open_reports", "reports_year", "walk_m", "area_m2", "compactness"];
const BY_PERSON = ["cells", "households", "open_reports", "reports_year", "walk_m"];
const FILES = [["consequences.pdf", "plan.pdf"], ["grids.pdf", "plan.grids_pdf"], ["consequences.csv", "plan.csv"]];

/** The sheet; say: words, whole(n): a number as people write it. */
export function sheetOf(sheet, plan, say, whole, language) {
  if (!sheet.cells.length) return [element("p", { className: "fine", textContent: say("plan.nothing_changes") })];
  const moved = element("dl", { className: "moved" });
  for (const name of MOVED) {
    moved.append(element("div", {}, element("dt", { textContent: say(`plan.${name}`) }), element("dd", { textContent: whole(sheet.moved[name] ?? 0) })));
  }
  const people = [
    ["plan.left", sheet.left],
    ["plan.vacant", sheet.vacant],
  ].filter(([, named]) => named.length);
  return [
    element("h3", { textContent: say("plan.moved") }),
    moved,
    ...people.map(([key, named]) => element("p", { className: "warning", textContent: `${say(key)}: ${named.join(", ")}` })),
    element("h3", { textContent: say("plan.by_grid") }),
    table([say("plan.grid"), ...BY_CELL.map((name) => say(`plan.${name}`))], sheet.cells.map((one) => [
      one.code.slice(-6), ...BY_CELL.map((name) => side(one, name, whole)),
    ])),
    element("h3", { textContent: say("plan.by_person") }),
    table([say("plan.person"), ...BY_PERSON.map((name) => say(`plan.${name}`))], sheet.loads.map((one) => [
      one.number, ...BY_PERSON.map((name) => side(one, name, whole)),
    ])),
    element("p", { className: "files" }, ...FILES.map(([file, key]) => element("a", { href: `/api/v1/plans/${plan}/${file}${file.endsWith(".pdf") ? `?lang=${language}` : ""}`, target: "_blank", textContent: say(key) }))),
  ];
}

function side({ before, after }, name, whole) {
  const [was, is] = [before, after].map((one) => (one?.[name] === undefined ? "–" : number(one[name], name, whole)));
  return was === is ? is : `${was} → ${is}`;
}

function number(value, name, whole) {
  if (name === "deviation") return `${value > 0 ? "+" : ""}${Math.round(value * 100)} %`;
  return name === "compactness" ? value.toFixed(2) : whole(Math.round(value));
}

export function table(heads, rows) {
  const head = element("tr", {}, ...heads.map((text) => element("th", { scope: "col", textContent: text })));
  const body = rows.map(([first, ...rest]) => element("tr", {}, element("th", { scope: "row", textContent: first }), ...rest.map((text) => element("td", { textContent: text }))));
  return element("div", { className: "scroll", tabIndex: 0 }, element("table", {}, element("thead", {}, head), element("tbody", {}, ...body)));
}
