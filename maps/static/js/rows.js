// Order and search of the table's rows. Pure.

/** Row numbers in the order of a column; rows without a figure come last in either direction, equal ones by code. */
export function sortedRows(values, { descending, codes, language }) {
  const text = new Intl.Collator(language === "zh" ? "zh-CN-u-co-pinyin" : "en", { numeric: true });
  const compare = (a, b) => (typeof a === "string" ? text.compare(a, b) : a - b);
  const sign = descending ? -1 : 1;
  return values
    .map((_, i) => i)
    .sort((i, j) => {
      if (values[i] === null || values[j] === null) {
        if (values[i] !== values[j]) return values[i] === null ? 1 : -1;
      } else {
        const by = sign * compare(values[i], values[j]);
        if (by) return by;
      }
      return codes[i] < codes[j] ? -1 : 1;
    });
}

/** Row numbers whose name or code holds the words searched for. */
export function foundRows(rows, search, { names, codes }) {
  const words = search.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return rows;
  return rows.filter((i) => words.every((word) => names[i].toLowerCase().includes(word) || codes[i].includes(word)));
}
