// A loop drawn around reports with Shift held: everything in it is ticked. By keyboard: what is on the map. Touches Leaflet.

const LOOK = { color: "#17212b", weight: 2, dashArray: "5 4", fillColor: "#17607e", fillOpacity: 0.12, interactive: false };
const LEAST = 3;

/** Whether a place lies in a ring of [x, y], closed by itself; pure. */
export function inRing(ring, [x, y]) {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [[ax, ay], [bx, by]] = [ring[i], ring[j]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/** caught(isIn): called when a loop was drawn; isIn(lon, lat). */
export function lasso(map, caught) {
  map.boxZoom.disable();
  const box = map.getContainer();
  let loop = null;
  let drawn = null;

  function begin(event) {
    if (!event.shiftKey || event.button !== 0) return;
    // Before Leaflet begins to drag the map.
    event.stopPropagation();
    event.preventDefault();
    loop = [];
    drawn = L.polygon([], LOOK).addTo(map);
    document.addEventListener("mousemove", go);
    document.addEventListener("mouseup", end);
  }

  function go(event) {
    const { lat, lng } = map.mouseEventToLatLng(event);
    loop.push([lng, lat]);
    drawn.addLatLng([lat, lng]);
  }

  function end() {
    document.removeEventListener("mousemove", go);
    document.removeEventListener("mouseup", end);
    drawn.remove();
    const ring = loop;
    loop = null;
    if (ring.length >= LEAST) caught((lon, lat) => inRing(ring, [lon, lat]));
  }

  box.addEventListener("mousedown", begin, true);
}
