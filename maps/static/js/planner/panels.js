// What stands beside the map: the log, the way of the plan, comments, options. Makes elements; page.js decides.

import { element } from "../elements.js";
import { grids } from "./operations.js";

export function planList(plans, say, open) {
  if (!plans.length) return [element("p", { className: "fine", textContent: say("plan.none") })];
  return plans.map((one) => {
    const link = element("a", { href: `?plan=${one.plan}`, onclick: (event) => { event.preventDefault(); open(one.plan); } });
    link.append(
      element("b", { textContent: one.name }),
      element("span", { className: `state ${one.state}`, textContent: say(one.replaced ? "plan.state_replaced" : `plan.state_${one.state}`) }),
      element("span", { className: "fine", textContent: `#${one.plan} · ${one.area} · ${say("plan.edition")} ${one.base}` }),
    );
    return element("li", {}, link);
  });
}

export function logOf(log, say) {
  return log.map((one) => element("li", { className: one.counts ? "" : "undone" },
    element("b", { textContent: say(`plan.tool_${one.facts.operation}`) }),
    element("span", { className: "fine", textContent: ` ${grids(one.facts).slice(0, 4).map((code) => code.slice(-3)).join(" · ")}` })));
}

export function headOf(plan, say, moment) {
  const facts = [
    [say("plan.state"), say(plan.replaced ? "plan.state_replaced" : `plan.state_${plan.state}`)],
    [say("plan.area"), plan.area],
    [say("plan.edition"), plan.restores ? `${plan.base} · ${say("plan.restores")} ${plan.restores}` : plan.base],
    [say("plan.effective_at"), plan.effective_at && moment(plan.effective_at)],
    [say("plan.document"), plan.document],
    [say("plan.reason"), plan.reason],
  ].filter(([, value]) => value);
  return facts.flatMap(([key, value]) => [element("dt", { textContent: key }), element("dd", { textContent: String(value) })]);
}

export function stepsOf(steps, say, moment) {
  return steps.map((one) => element("li", {},
    element("b", { textContent: say(`plan.step_${one.step}`) }),
    element("span", { className: "fine", textContent: ` ${moment(one.made_at)} · ${one.made_by}` }),
    ...(one.note ? [element("p", { textContent: one.note })] : [])));
}

export function commentsOf(comments, say, moment) {
  return comments.map((one, i) => element("li", {},
    element("b", { className: "pin", textContent: one.at ? String(i + 1) : "·" }),
    element("span", { textContent: ` ${one.text} ` }),
    element("span", { className: "fine", textContent: `${moment(one.made_at)} · ${one.made_by}` })));
}

/** Options of balancing, each to be drawn as it is. */
export function optionsOf(options, say, draw) {
  if (!options.some((one) => one.operations.length)) return [element("li", { className: "fine", textContent: say("plan.no_option") })];
  return options.filter((one) => one.operations.length).map((one) => {
    const share = (value) => `${(value * 100).toFixed(1)} %`;
    const words = `${say("plan.largest_deviation")} ${share(one.largest_deviation)} · ${say("plan.moved_share")} ${share(one.moved_share)} · ${say("plan.compactness")} ${one.compactness.toFixed(2)} · ${say("plan.walk")} ${Math.round(one.walk_m)} m`;
    return element("li", {}, element("span", { textContent: words }), element("button", { type: "button", textContent: say("plan.draw_option"), onclick: () => draw(one.operations) }));
  });
}

/** Transfers that returned reports speak for. */
export function suggestionsOf(suggestions, say, draw) {
  if (!suggestions.length) return [element("li", { className: "fine", textContent: say("plan.no_evidence") })];
  return suggestions.map((one) => element("li", {},
    element("span", { textContent: `${one.giver.slice(-6)} → ${one.taker.slice(-6)} · ${say("plan.returns")} ${one.reports}` }),
    element("button", { type: "button", textContent: say("plan.draw_option"), onclick: () => draw(one.operations) })));
}

/** The table beside the map: every grid, to be picked without it. */
export function gridList(cells, picked, say, choose) {
  return cells.filter(({ properties }) => properties.inside).map(({ properties: { code, name, change, area_m2: size } }) => {
    const box = element("input", { type: "checkbox", checked: picked.includes(code), value: code, onchange: () => choose(code) });
    const ha = `${(size / 10_000).toFixed(1)} ha`;
    return element("li", { className: change }, element("label", {}, box, element("span", { textContent: name }), element("span", { className: "fine", textContent: `${code.slice(-3)} · ${ha}${change === "same" ? "" : ` · ${say(`plan.change_${change}`)}`}` })));
  });
}
