// What each tool needs before it is an operation: grids that are picked, a line, an area, a number. Pure.

/** Tool → how many grids it wants (least, most), what is drawn, what is asked, and its key. */
export const TOOLS = {
  split: { key: "s", picks: [1, 1], draws: "line" },
  split_balanced: { key: "b", picks: [1, 1], asks: "parts" },
  merge: { key: "m", picks: [2, 12] },
  transfer: { key: "t", picks: [2, 2], draws: "area" },
  reshape: { key: "r", picks: [2, 2], draws: "line" },
  carve: { key: "c", picks: [1, 1], draws: "area" },
  move_vertex: { key: "v", picks: [0, 0], draws: "move" },
  reparent: { key: "p", picks: [1, 1], asks: "parent" },
  renumber: { key: "n", picks: [1, 1] },
  mend_slivers: { key: "i", picks: [1, 1], asks: "width_m" },
};
/** Tools that change nothing in the plan: what a search is to heed. */
export const HEEDED = { keep: { key: "k", picks: [0, 0] }, barrier: { key: "w", picks: [0, 0], draws: "line" } };
const ALL = { ...TOOLS, ...HEEDED };
const LEAST = { line: 2, area: 3, move: 2 };

/** A pick more or less; one too many pushes the oldest out. */
export function pick(tool, picked, code) {
  const without = picked.filter((one) => one !== code);
  if (without.length < picked.length) return without;
  const most = ALL[tool]?.picks[1] ?? 1;
  return most ? [...picked, code].slice(-most) : [];
}

/** What a tool draws, and what it asks. */
export function needs(tool) {
  return ALL[tool] ?? {};
}

/** The tool of a key. */
export function toolOf(key) {
  return Object.keys(ALL).find((name) => ALL[name].key === key);
}

/** What is wanted next: pick, draw, ask or done. */
export function wanted(tool, picked, points) {
  if (tool === "keep") return "pick";
  const { picks, draws, asks } = ALL[tool];
  if (picked.length < picks[0]) return "pick";
  if (draws && points.length < LEAST[draws]) return "draw";
  return asks ? "ask" : "done";
}

/** A sketch that needs no word to end: the second point of a move is the last. */
export function isComplete(tool, points) {
  return ALL[tool].draws === "move" && points.length === 2;
}

/** The operation's facts; null while something is wanted. Points are [lon, lat]. */
export function facts(tool, picked, points, asked = {}) {
  if (!TOOLS[tool] || !["done", "ask"].includes(wanted(tool, picked, points))) return null;
  const line = points.map(rounded);
  const area = () => [[...line, line[0]]];
  const made = {
    split: () => ({ code: picked[0], line }),
    split_balanced: () => ({ code: picked[0], parts: Number(asked.parts ?? 2), by: asked.by ?? "households" }),
    merge: () => ({ codes: picked }),
    transfer: () => ({ giver: picked[0], taker: picked[1], area: area() }),
    reshape: () => ({ one: picked[0], other: picked[1], line }),
    carve: () => ({ code: picked[0], area: area() }),
    move_vertex: () => ({ at: line[0], to: line[1] }),
    reparent: () => ({ code: picked[0], parent: asked.parent ?? "" }),
    renumber: () => ({ parent: asked.community ?? "" }),
    mend_slivers: () => ({ code: picked[0], width_m: Number(asked.width_m ?? 5) }),
  };
  return { operation: tool, ...made[tool]() };
}

/** Seven decimals: a centimetre, and what the service keeps. */
export function rounded([lon, lat]) {
  return [Math.round(lon * 1e7) / 1e7, Math.round(lat * 1e7) / 1e7];
}

/** What an operation of the log did, in few words: which tool, and which grids. */
export function grids({ code, codes, giver, taker, one, other, into }) {
  const named = [giver, taker, one, other, code, into, ...(codes ?? [])].filter(Boolean);
  return [...new Set(named)];
}
