// Numbers, times and class ranges as words of the reader's language. Pure.

const LOCALES = { zh: "zh-CN", en: "en-GB" };

export function localeOf(language) {
  return LOCALES[language];
}

/** A catalogue entry with its {places} filled in; an unknown key is an error of ours, not of the reader's. */
export function phrase(strings, key, places = {}) {
  if (!(key in strings)) throw new Error(`no string ${key}`);
  return strings[key].replace(/\{(\w+)\}/g, (_, name) => places[name]);
}

export function numberText(value, decimals, language) {
  if (value === null) return "–";
  const digits = { minimumFractionDigits: 0, maximumFractionDigits: decimals };
  return value.toLocaleString(localeOf(language), digits);
}

export function timeText(iso, timeZone, language) {
  const options = { timeZone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false };
  return new Date(iso).toLocaleString(localeOf(language), options);
}

/** Decimals with which neighbouring limits can be told apart. */
function tellingDecimals(ends, decimals) {
  for (let more = decimals; more < decimals + 4; more += 1) {
    if (new Set(ends.map((end) => end.toFixed(more))).size === ends.length) return more;
  }
  return decimals + 4;
}

/** The range of every class as text, lowest first. `metric.decimals` 0 means whole numbers: "1–2", "3–9". */
export function rangeTexts(breaks, metric, language) {
  const { limits, lowest, highest, zero_class: zeroClass, fixed } = breaks;
  const whole = metric.decimals === 0;
  const decimals = whole ? 0 : tellingDecimals([...new Set(limits)], metric.decimals);
  const text = (value) => numberText(value, decimals, language);
  const after = (limit) => (whole ? text(Math.floor(limit) + 1) : text(limit));
  const one = (i) => {
    const last = i === limits.length;
    if (i === 0 && zeroClass) return "0";
    if (i === 0 && fixed) return `≤ ${text(limits[0])}`;
    if (last && (fixed || highest === null || highest <= limits[i - 1])) return `${whole ? "≥" : ">"} ${after(limits[i - 1])}`;
    const low = i === 0 ? text(lowest) : after(limits[i - 1]);
    const high = text(last ? highest : whole ? Math.floor(limits[i]) : limits[i]);
    if (low === high) return high;
    return !whole && i === 1 && zeroClass ? `> 0–${high}` : `${low}–${high}`;
  };
  const number = lowest === null && limits.length === 0 ? 0 : limits.length + 1;
  return Array.from({ length: number }, (_, i) => one(i));
}
