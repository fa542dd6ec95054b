// What forms offer of kinds and units, in the reader's language.

import { ask, here } from "./service.js";

/** Fills `kinds` (code → name) and gives the lists of a form's fields. */
export async function readLists(kinds, language) {
  const [told, { units }] = await Promise.all([ask(here("/api/v1/kinds")), ask(here("/api/v1/units"))]);
  const named = ({ name, name_en: english }) => (language === "zh" ? name : english || name);
  for (const one of told.kinds) if (!one.group) kinds.set(one.code, named(one));
  const unit = units.map((one) => ({ value: one.code, text: named(one) }));
  return { kind: [...kinds].map(([value, text]) => ({ value, text: `${value} ${text}` })), unit, units: unit };
}
