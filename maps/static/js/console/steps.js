// A form for each step that may be taken now, made of what the service says the step must and may say.

import { element } from "../elements.js";

/** What this form can ask; a step that must say anything else is taken on the report's own page. */
const FIELDS = ["reason", "note", "person", "unit", "units", "lead", "until", "outcome", "kind", "caller_name", "caller_phone", "responded", "solved", "satisfied", "how"];
const LISTED = ["person", "unit", "units", "kind"];

/**
 * steps: as `GET …/steps` tells them.
 * lists: {person, unit, units, kind, outcome, satisfied} → [{value, text}].
 * take(action, said): sends the step.
 */
export function stepForms(steps, lists, { say, take, pageOf }) {
  return steps.map((step) => {
    const name = say(`step.${step.action}`);
    if (step.stands_against) {
      return element("p", { className: "against" }, element("b", { textContent: name }), ` ${step.stands_against}`);
    }
    if (step.must.some((field) => !FIELDS.includes(field))) {
      return element("p", {}, element("a", { href: pageOf(), textContent: `${name} ↗` }));
    }
    return form(step, name, lists, { say, take });
  });
}

function form(step, name, lists, { say, take }) {
  const fields = [...step.must, ...step.may].filter((field) => FIELDS.includes(field));
  const button = element("button", { textContent: name, className: "main" });
  const send = (event) => {
    event.preventDefault();
    take(step.action, said(event.target, fields));
  };
  if (!fields.length) return element("form", { className: "step plain", onsubmit: send }, button);
  const asked = fields.map((field) => labelled(field, step, lists, say));
  return element("details", { className: "step" }, element("summary", { textContent: name }), element("form", { onsubmit: send }, ...asked, button));
}

function labelled(field, step, lists, say) {
  const required = step.must.includes(field);
  const words = say(`field.${field}`);
  return element("label", {}, element("span", { textContent: required ? words : `${words} (${say("console.may")})` }), input(field, step, lists, say, required));
}

function input(field, step, lists, say, required) {
  if (field === "note") return element("textarea", { name: field, rows: 2, maxLength: 2000, required });
  if (field === "until") return element("input", { name: field, type: "datetime-local", required });
  const choices = choicesOf(field, step, lists, say);
  if (!choices) return element("input", { name: field, maxLength: 100, autocomplete: "off", required });
  const options = choices.map(({ value, text }) => element("option", { value, textContent: text }));
  if (field !== "units") options.unshift(element("option", { value: "", textContent: "—" }));
  return element("select", { name: field, required, multiple: field === "units" }, ...options);
}

function choicesOf(field, step, lists, say) {
  if (field === "reason") return step.reasons.map((value) => ({ value, text: say(`reason.${value}`) }));
  if (field === "outcome") return lists.outcome.map((value) => ({ value, text: say(`outcome.${value}`) }));
  if (field === "satisfied") return lists.satisfied.map((value) => ({ value, text: say(`satisfied.${value}`) }));
  if (field === "responded" || field === "solved") return ["yes", "no"].map((value) => ({ value, text: say(`console.${value}`) }));
  return LISTED.includes(field) ? lists[field] : null;
}

function said(form, fields) {
  const told = {};
  for (const field of fields) {
    const control = form.elements[field];
    if (field === "units") told[field] = [...control.selectedOptions].map((one) => one.value);
    else if (!control.value) continue;
    else if (field === "until") told[field] = new Date(control.value).toISOString();
    else if (field === "responded" || field === "solved") told[field] = control.value === "yes";
    else told[field] = control.value;
  }
  return told;
}
