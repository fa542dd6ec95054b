// Questions to the service and steps on reports; a refusal is told in the service's own words.

let token = null;
let district = "";

/** Every question that names no report is of one district: the service may hold several. */
export function askIn(code) {
  district = code;
}

/** The address with the district in its query. */
export function here(url) {
  return `${url}${url.includes("?") ? "&" : "?"}district=${encodeURIComponent(district)}`;
}

/** The body with the district in it. */
export function ofHere(body) {
  return { ...body, district };
}

/** What went wrong, as the service says it. */
export class Refused extends Error {
  constructor(problem, status) {
    super([problem.detail ?? problem.title ?? `HTTP ${status}`, problem.remedy].filter(Boolean).join(" "));
    this.status = status;
    this.type = problem.type ?? "";
    this.where = problem.where ?? null;
  }
}

export async function ask(url, init = {}) {
  const answer = await fetch(url, { credentials: "same-origin", ...init, headers: { Accept: "application/json", "Accept-Language": document.documentElement.lang, ...init.headers } });
  const text = await answer.text();
  const told = text ? JSON.parse(text) : null;
  if (!answer.ok) throw new Refused(told ?? {}, answer.status);
  return told;
}

/** Sends a body; the session's own token goes along, which a foreign page does not know. */
export async function send(url, body, method = "POST") {
  return sendFile(url, JSON.stringify(body), "application/json", method);
}

/** Sends a file as it is. */
export async function sendFile(url, body, kind, method = "POST") {
  token ??= (await ask("/api/v1/session")).csrf_token;
  return ask(url, { method, headers: { "Content-Type": kind, "X-CSRF-Token": token }, body });
}

/** A name for a step or report that makes it safe to send again. */
export function newKey() {
  return `console-${crypto.randomUUID()}`;
}
