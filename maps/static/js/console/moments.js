// Moments by the district's clock, and how they are written in an address. Pure.

const WRITTEN = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?Z$/;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

/** Whether a text is a moment as an address holds it: 2026-11-20T06:35Z. */
export function isMoment(text) {
  return text !== null && WRITTEN.test(text) && !Number.isNaN(Date.parse(text));
}

/** A moment as an address holds it, to the minute where it is one. */
export function writtenMoment(ms) {
  const whole = new Date(ms).toISOString();
  return whole.endsWith(":00.000Z") ? `${whole.slice(0, 16)}Z` : `${whole.slice(0, 19)}Z`;
}

/** A moment by the clock of a time zone, as a field for date and time holds it: 2026-11-20T14:35. */
export function localText(ms, timeZone) {
  const options = { timeZone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" };
  const parts = Object.fromEntries(new Intl.DateTimeFormat("en-GB", options).formatToParts(ms).map(({ type, value }) => [type, value]));
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}

/** The moment that a local text means; of an hour that comes twice one of the two, NaN for what is no moment. */
export function momentOf(text, timeZone) {
  const asIfUtc = Date.parse(`${text}Z`);
  if (Number.isNaN(asIfUtc)) return NaN;
  let ms = asIfUtc;
  // Twice, because the shift may be another one on the other side of a change of the clocks.
  for (let nth = 0; nth < 2; nth += 1) ms += asIfUtc - Date.parse(`${localText(ms, timeZone)}Z`);
  return ms;
}

/** The moment a while later on a play through a day: the whole day takes `seconds`; never past its end. */
export function playedOn(ms, elapsedMs, seconds, endMs) {
  return Math.min(endMs, ms + (elapsedMs * 24 * HOUR_MS) / (seconds * 1000));
}
