// What the reader has chosen, and its place in the address. Pure.

const LIMITS = /^-?\d+(\.\d+)?(,-?\d+(\.\d+)?)*$/;

/** The key under which figures carry the class breaks of a choice (`ClassChoice.key` behind the metric). */
export function breaksKey({ metric, method, classes, limits }) {
  return method === "fixed" ? `${metric}/fixed/${limits.join(",")}` : `${metric}/${method}/${classes}`;
}

/** Query parameters of a choice; `lang` and `level` stay what they are. */
export function writeChoice(parameters, { metric, method, classes, limits, language }) {
  const written = new URLSearchParams(parameters);
  written.set("metric", metric);
  written.set("breaks", method);
  written.set("lang", language);
  written.delete("classes");
  written.delete("limits");
  if (method === "fixed") written.set("limits", limits.join(","));
  else written.set("classes", classes);
  return written;
}

/** The choice that an address holds; what it leaves out or spells wrongly stays as it was. */
export function readChoice(parameters, before, metrics) {
  const choice = { ...before };
  const metric = parameters.get("metric");
  if (metrics.includes(metric)) choice.metric = metric;
  if (["zh", "en"].includes(parameters.get("lang"))) choice.language = parameters.get("lang");
  const classes = Number(parameters.get("classes"));
  if (Number.isInteger(classes) && classes >= 3 && classes <= 7) choice.classes = classes;
  const method = parameters.get("breaks");
  const limits = parameters.get("limits");
  if (method === "quantile" || method === "natural") choice.method = method;
  if (method === "fixed" && limits && LIMITS.test(limits)) {
    choice.method = "fixed";
    choice.limits = limits.split(",").map(Number);
  }
  return choice;
}
