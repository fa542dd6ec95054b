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
  t: "time",
  "[": "earlier",
  "]": "later",
  p: "play",
  "0": "now",
  "?": "help",
  Escape: "close",
};

/** What does something to reports. */
export const ACTING = ["file", "assign", "candidate1", "candidate2", "candidate3", "candidate4", "candidate5", "steps", "select", "bulk"];

/** Whether what has the focus takes letters and digits for itself: not a box to tick, and not a slider. */
export function takesLetters(focused) {
  return Boolean(focused) && (focused.matches("textarea, select") || (focused.matches("input") && !["checkbox", "range"].includes(focused.type)));
}

/** What a key press asks for; null while something is being typed, or with Ctrl, Alt and Meta, which are the browser's. */
export function asked({ key, ctrlKey, altKey, metaKey }, { isTyping, isOnControl }) {
  if (ctrlKey || altKey || metaKey) return null;
  if (key === "Escape") return KEYS.Escape;
  if (isTyping || (key === "Enter" && isOnControl)) return null;
  return KEYS[key] ?? null;
}
