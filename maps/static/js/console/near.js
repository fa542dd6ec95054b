// Distances on the ground and reading coordinates. Pure.

const EARTH_M = 6_371_008.8;
const DEGREE = Math.PI / 180;

/** Metres between two positions in degrees (haversine). */
export function distanceM(a, b) {
  const [left, right] = [a.lat * DEGREE, b.lat * DEGREE];
  const half = Math.sin((right - left) / 2) ** 2 + Math.cos(left) * Math.cos(right) * Math.sin(((b.lon - a.lon) * DEGREE) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.sqrt(half));
}

/** Reports within a distance, the nearest first, with their distance. */
export function near(reports, at, withinM) {
  return reports
    .filter(({ lon }) => lon !== null)
    .map((report) => ({ report, metres: distanceM(report, at) }))
    .filter(({ metres }) => metres <= withinM)
    .sort((a, b) => a.metres - b.metres);
}

/** A position as someone typed it, "121.78, 39.05": in which order does not matter in China. Null for none. */
export function readPosition(text) {
  const found = /^\s*(-?\d{1,3}(?:\.\d+)?)\s*[,，\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/.exec(text);
  if (!found) return null;
  const [one, other] = found.slice(1).map(Number);
  if (Math.abs(one) > 180 || Math.abs(other) > 180) return null;
  if (Math.abs(one) > 90) return { lon: one, lat: other };
  return Math.abs(other) > 90 ? { lon: other, lat: one } : { lon: one, lat: other };
}
