// Lengths, areas and snapping for sketches. Pure; good to a few parts in ten thousand over a few kilometres.

const METRES_PER_DEGREE = 111_319.49;

/** Points [lon, lat] as metres around the first. */
export function flat(points) {
  if (!points.length) return [];
  const [lon0, lat0] = points[0];
  const shrink = Math.cos((lat0 * Math.PI) / 180);
  return points.map(([lon, lat]) => [(lon - lon0) * METRES_PER_DEGREE * shrink, (lat - lat0) * METRES_PER_DEGREE]);
}

/** The length of a line in metres. */
export function lengthM(points) {
  const at = flat(points);
  return at.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - at[i][0], y - at[i][1]), 0);
}

/** The area of a ring in square metres, whichever way round, closed or not. */
export function areaM2(points) {
  const at = flat(points);
  const twice = at.reduce((sum, [x, y], i) => {
    const [u, v] = at[(i + 1) % at.length];
    return sum + x * v - u * y;
  }, 0);
  return Math.abs(twice) / 2;
}

/** In words: metres or kilometres, square metres or hectares. */
export function told(metres, power = 1) {
  if (power === 2) return metres < 20_000 ? `${Math.round(metres)} m²` : `${(metres / 10_000).toFixed(1)} ha`;
  return metres < 2_000 ? `${Math.round(metres)} m` : `${(metres / 1_000).toFixed(2)} km`;
}

/** The vertex within reach of a pixel, else the nearest point of an edge within reach, else null. */
export function snapped({ x, y }, rings, reachPx) {
  let best = null;
  let least = reachPx;
  for (const ring of rings) {
    for (const at of ring) {
      const away = Math.hypot(at.x - x, at.y - y);
      if (away <= least) [best, least] = [{ x: at.x, y: at.y, lonLat: at.lonLat }, away];
    }
  }
  return best ?? onEdge({ x, y }, rings, reachPx / 2);
}

function onEdge({ x, y }, rings, reachPx) {
  let best = null;
  let least = reachPx;
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i += 1) {
      const [a, b] = [ring[i - 1], ring[i]];
      const whole = (b.x - a.x) ** 2 + (b.y - a.y) ** 2;
      if (!whole) continue;
      const share = Math.min(1, Math.max(0, ((x - a.x) * (b.x - a.x) + (y - a.y) * (b.y - a.y)) / whole));
      const at = { x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y) };
      const away = Math.hypot(at.x - x, at.y - y);
      if (away <= least) [best, least] = [{ ...at, lonLat: between(a.lonLat, b.lonLat, share) }, away];
    }
  }
  return best;
}

function between([lon, lat], [to, high], share) {
  return [lon + share * (to - lon), lat + share * (high - lat)];
}
