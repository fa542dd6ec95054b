// The keys of the console. Pure; the help sheet is made of the same table.

/** Key → what it does. */
export const KEYS = {
  "/": "search",
  n: "file",
  j: "next",
  k: "previous",
  Enter: "open",
  a: "assign",
  "1": "candidate1",
  "2": "candidate2",
  "3": "candidate3",
  "4": "candidate4",
  "5": "candidate5",
  s: "steps",
  u: "up",
  g: "metric",
  x: "select",
  b: "bulk",
  m: "acknowledge",
  "?": "help",
  Escape: "close",
};

/** What a key press asks for; null while something is being typed, or with Ctrl, Alt and Meta, which are the browser's. */
export function asked({ key, ctrlKey, altKey, metaKey }, { isTyping, isOnControl }) {
  if (ctrlKey || altKey || metaKey) return null;
  if (key === "Escape") return KEYS.Escape;
  if (isTyping || (key === "Enter" && isOnControl)) return null;
  return KEYS[key] ?? null;
}
