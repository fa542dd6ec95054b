// The legend: what the colours mean, and how many areas have each of them.

import { byId, element } from "./elements.js";
import { numberText, rangeTexts } from "./wording.js";

/** shown: {metric, breaks, colours, counts, noData, total, elsewhere, language, say} */
export function drawLegend(shown) {
  const { metric, breaks, colours, counts, noData, language, say } = shown;
  byId("legend-title").textContent = metric.name[language];
  byId("legend-unit").textContent = unitText(shown);
  const beside = elsewhereText(shown);
  byId("legend-elsewhere").hidden = !beside;
  byId("legend-elsewhere").textContent = beside;
  const ranges = rangeTexts(breaks, metric, language);
  const most = Math.max(1, noData, ...counts);
  const rows = ranges.map((range, i) => row(swatch(colours[i]), range, counts[i], { colour: colours[i], most, language }));
  const none = metric.noneMeans[language] ? `${say("map.no_data")} · ${metric.noneMeans[language]}` : say("map.no_data");
  rows.push(row(element("span", { className: "swatch none" }), none, noData, { colour: "#8d959d", most, language }));
  byId("classes").replaceChildren(...rows);
}

function unitText({ metric, total, language, say }) {
  const unit = metric.unit[language];
  return metric.summable ? say("map.total", { total: numberText(total, 0, language), unit }) : unit;
}

/** What the figures of the areas leave out, so that the total is not taken for everything. */
function elsewhereText({ metric, elsewhere, language, say }) {
  const counts = [
    ["map.held_above", elsewhere.held_above[metric.numerator]],
    ["map.unlocated", elsewhere.unlocated[metric.numerator]],
  ];
  return counts.filter(([, count]) => count).map(([key, count]) => say(key, { count: numberText(count, 0, language) })).join(" · ");
}

function swatch(colour) {
  const made = element("span", { className: "swatch" });
  made.style.backgroundColor = colour;
  return made;
}

function row(sample, range, count, { colour, most, language }) {
  const bar = element("span", { className: "bar" });
  bar.style.width = `${count ? Math.max(2, (100 * count) / most) : 0}%`;
  bar.style.backgroundColor = colour;
  return element(
    "tr",
    {},
    element("td", {}, sample),
    element("th", { scope: "row", textContent: range }),
    element("td", { className: "bars" }, bar),
    element("td", { className: "count", textContent: numberText(count, 0, language) }),
  );
}
