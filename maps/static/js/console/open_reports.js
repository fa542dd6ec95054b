// The open reports of a territory, and the queues they stand in. Pure.

const SOON_MS = 24 * 3600 * 1000;

/** Why a report waits for someone at the desk, by queue; `now` in milliseconds. */
export const QUEUES = {
  all: () => true,
  urgent: (report) => report.urgent,
  unlocated: (report) => !report.located,
  unassigned: (report) => report.located && !report.assigned,
  waiting: (report) => report.status === "dispatched",
  overdue: (report) => report.overdue,
  due_soon: (report, now) => !report.overdue && report.due_at !== null && Date.parse(report.due_at) - now <= SOON_MS,
  returned: (report) => report.status === "returned",
  to_verify: (report) => report.status === "reported",
};

/** The reports of a list that stand in a queue, in an area and of a kind ("" for any). */
export function chosen(reports, { queue, area, kind }, now) {
  return reports.filter((one) => QUEUES[queue](one, now) && (!area || one.areas.includes(area)) && (!kind || one.kind === kind));
}

/** How many reports stand in each queue. */
export function counts(reports, { area, kind }, now) {
  const told = Object.fromEntries(Object.keys(QUEUES).map((queue) => [queue, 0]));
  for (const one of chosen(reports, { queue: "all", area, kind }, now)) {
    for (const queue of Object.keys(QUEUES)) if (QUEUES[queue](one, now)) told[queue] += 1;
  }
  return told;
}

/** The most pressing first: urgent, then overdue, then by deadline, then the oldest. */
export function pressing(reports) {
  const rank = (one) => [one.urgent ? 0 : 1, one.overdue ? 0 : 1, one.due_at ?? "~", one.number];
  return [...reports].sort((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    const at = left.findIndex((value, i) => value !== right[i]);
    return at < 0 ? 0 : left[at] < right[at] ? -1 : 1;
  });
}

/** The list after a change: `numbers` were asked for anew, `found` of them are open still. */
export function changed(byNumber, numbers, found) {
  const next = new Map(byNumber);
  for (const number of numbers) next.delete(number);
  for (const one of found) next.set(one.number, one);
  return next;
}

/** Reports that are urgent, wait for acceptance or for anyone, and were not acknowledged at this desk. */
export function alarming(reports, acknowledged) {
  const waits = (one) => one.urgent && ["collected", "filed", "dispatched", "returned"].includes(one.status);
  return reports.filter((one) => waits(one) && !acknowledged.has(one.number));
}
