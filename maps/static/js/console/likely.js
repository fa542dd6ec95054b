// Where a report lies, on the map: its position, and the cells its accuracy circle touches, drawn with their share.

import { ask, here } from "./service.js";

const MOST = 4;

/** level: of cells; isShown(): whether this report is still the one that is looked at. */
export async function showPlace({ where }, ground, { level, isShown }) {
  const { position, accuracy_m: within, candidates } = where;
  ground.unmark();
  if (position) ground.mark(position.lon, position.lat, within ?? 0);
  const some = await likely(candidates, level);
  if (isShown()) ground.likely(some);
}

/** [{geometry, words}], the likeliest first; none where one cell is certain. Their names stand in the panel. */
async function likely(candidates, level) {
  const some = candidates.filter(({ name }) => name !== null).slice(0, MOST);
  if (some.length < 2) return [];
  const found = await Promise.all(some.map(({ code }) => ask(here(`/api/v1/areas/${level}/${encodeURIComponent(code)}/geometry`))));
  return found.map(({ geometry }, i) => ({ geometry, words: `${Math.round(some[i].share * 100)} %` }));
}
