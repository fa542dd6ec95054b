// GCJ-02, as geo/datum.py has it, for base maps that are drawn in it. Inside the box of the formula only.

const AXIS_M = 6378245;
const ECCENTRICITY = 0.00669342162296594323;
const BOX = { west: 72.004, south: 0.8293, east: 137.8347, north: 55.8271 };
const radians = (degrees) => (degrees * Math.PI) / 180;
const sine = (turns) => Math.sin(turns * Math.PI);

/** [lon, lat] in WGS 84 → in GCJ-02; unchanged outside the box. */
export function toGcj02([lon, lat]) {
  if (lon < BOX.west || lon > BOX.east || lat < BOX.south || lat > BOX.north) return [lon, lat];
  const [x, y] = [lon - 105, lat - 35];
  const ripple = 20 * sine(6 * x) + 20 * sine(2 * x);
  const waves = (along, short, long) => 20 * sine(along) + 40 * sine(along / 3) + short * sine(along / 12) + long * sine(along / 30);
  const root = Math.sqrt(Math.abs(x));
  const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ((ripple + waves(x, 150, 300)) * 2) / 3;
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ((ripple + waves(y, 160, 320)) * 2) / 3;
  const flattening = 1 - ECCENTRICITY * Math.sin(radians(lat)) ** 2;
  const parallel = (AXIS_M / Math.sqrt(flattening)) * Math.cos(radians(lat));
  const meridian = (AXIS_M * (1 - ECCENTRICITY)) / flattening ** 1.5;
  return [lon + east / radians(parallel), lat + north / radians(meridian)];
}
