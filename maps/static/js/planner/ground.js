// The planner's map: grids that are picked, a sketch with snapping, by pointer and by keyboard. Touches Leaflet.

import { snapped } from "./measures.js";
import { baseMap } from "../base_map.js";
import { addControls, openMap } from "../workload_map.js";

const SNAP_PX = 11;
const PAN_PX = 28;
const FINE_PX = 4;
const LOOKS = {
  same: { fillColor: "#ffffff", fillOpacity: 0.9 },
  touched: { fillColor: "#ffffff", fillOpacity: 0.9 },
  changed: { fillColor: "#fbe7b2", fillOpacity: 0.95 },
  created: { fillColor: "#cfe8d4", fillOpacity: 0.95 },
};
const BORDER = { color: "#31465a", opacity: 0.7, weight: 1.1, dashArray: null };
const OUTSIDE = { fillColor: "#dfe4e8", fillOpacity: 0.6, opacity: 0.35 };
const PICKED = { color: "#0b4a66", opacity: 1, weight: 3.2 };
const BARRIER = { color: "#1f5fa8", weight: 4, opacity: 0.8, dashArray: "10 6", interactive: false };
/** What is left of a colour where streets are to be seen through it. */
const PALE = 0.45;
const FORMER = { color: "#a8261d", weight: 2, dashArray: "6 5", fill: false, interactive: false };

/** told: {pick(code), point([lon, lat]), finish(), back(), cancel()} — what was done on the map. */
export function openGround(id, told, say, base) {
  const map = openMap(id);
  map.keyboard.disable();
  addControls(map, { zoomIn: say("map.zoom_in"), zoomOut: say("map.zoom_out") });
  const box = map.getContainer();
  const cross = L.DomUtil.create("div", "cross", box);
  cross.setAttribute("aria-hidden", "true");
  const groups = Object.fromEntries(["cells", "names", "former", "barriers", "sketch", "problem", "notes"].map((name) => [name, L.layerGroup().addTo(map)]));
  let byCode = new Map();
  let rings = [];
  let isDrawing = false;
  let cursor = null;
  let isThrough = false;
  const seen = (look) => (isThrough ? { ...look, fillOpacity: look.fillOpacity * PALE } : look);
  baseMap(map, base, (is) => { isThrough = is; told.again(); });

  const spot = (point) => (isDrawing && !spot.isFree ? snapped(point, ringsAround(map, rings), SNAP_PX) : null);
  const placed = (point) => {
    const found = spot(point);
    if (found) return found.lonLat;
    const { lng, lat } = map.containerPointToLatLng(L.point(point.x, point.y));
    return [lng, lat];
  };
  const use = (point) => (isDrawing ? told.point(placed(point)) : told.pick(at(point)));
  const at = (point) => {
    const { lng, lat } = map.containerPointToLatLng(L.point(point.x, point.y));
    return [...byCode.values()].find(({ feature }) => feature.properties.inside && holds(feature.geometry, lng, lat))?.feature.properties.code ?? null;
  };

  let pressed = null;
  map.on("mousedown", ({ containerPoint }) => { pressed = containerPoint; });
  map.on("click", ({ containerPoint, originalEvent }) => {
    if (originalEvent.detail > 1 || pressed?.distanceTo(containerPoint) > 5) return;
    use(containerPoint);
  });
  map.on("dblclick", () => isDrawing && told.finish());
  map.on("mousemove", ({ containerPoint, originalEvent }) => {
    spot.isFree = originalEvent.altKey;
    cursor = placed(containerPoint);
    redraw();
  });
  box.addEventListener("keydown", (event) => {
    const step = event.shiftKey ? FINE_PX : PAN_PX;
    const pans = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    const middle = map.getSize().divideBy(2);
    const does = {
      " ": () => use(middle),
      Enter: () => told.finish(),
      Backspace: () => told.back(),
      "+": () => map.zoomIn(),
      "-": () => map.zoomOut(),
    }[event.key];
    if (event.ctrlKey || event.metaKey || (!pans[event.key] && !does)) return;
    event.preventDefault();
    event.stopPropagation();
    if (pans[event.key]) map.panBy(pans[event.key], { animate: false });
    else does();
    cursor = placed(middle);
    redraw();
  });
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(box);

  const swipe = swiping(map);

  /** Draws grids; what they are called stands in them. `fast`: codes of grids that stay as they are. */
  function show(features, picked, shows, fast = new Set()) {
    for (const name of ["cells", "names", "former"]) groups[name].clearLayers();
    byCode = new Map();
    rings = [];
    for (const feature of features.cells) {
      const { code, change, inside } = feature.properties;
      const isPicked = picked.includes(code);
      const look = seen({ ...BORDER, ...(shows === "before" ? LOOKS.same : LOOKS[change] ?? LOOKS.same), ...(inside ? {} : OUTSIDE) });
      const layer = L.geoJSON(feature, { style: { ...look, ...(isPicked ? PICKED : {}) } }).addTo(groups.cells);
      byCode.set(code, { feature, layer });
      rings.push(...ringsOf(feature.geometry));
      if (inside) named(feature, fast.has(code)).addTo(groups.names);
    }
    for (const code of picked) byCode.get(code)?.layer.bringToFront();
    if (shows !== "after") for (const one of features.former) L.geoJSON(one, { style: FORMER }).addTo(groups.former);
  }

  let sketch = [];
  function redraw() {
    groups.sketch.clearLayers();
    if (!isDrawing) return;
    const points = [...sketch, ...(cursor ? [cursor] : [])].map(([lon, lat]) => [lat, lon]);
    const line = { color: "#a02a6b", weight: 2.4, interactive: false };
    if (isDrawing === "area" && points.length > 2) L.polygon(points, { ...line, fillOpacity: 0.12 }).addTo(groups.sketch);
    else L.polyline(points, { ...line, dashArray: isDrawing === "move" ? "3 5" : null }).addTo(groups.sketch);
    for (const point of points) L.circleMarker(point, { ...line, radius: 3.5, fillColor: "#fff", fillOpacity: 1, weight: 2 }).addTo(groups.sketch);
  }

  return {
    show,
    fit: () => {
      const inside = [...byCode.values()].filter(({ feature }) => feature.properties.inside).map(({ layer }) => layer.getBounds());
      if (inside.length) map.fitBounds(inside.reduce((all, one) => all.extend(one), L.latLngBounds(inside[0])), { paddingTopLeft: [24, 30 + (document.querySelector(".over")?.offsetHeight ?? 0)], paddingBottomRight: [24, 50], animate: false });
    },
    /** draws: line, area, move or null; points: those placed so far. */
    sketch: (draws, points) => {
      isDrawing = draws;
      sketch = points;
      box.classList.toggle("drawing", Boolean(draws));
      redraw();
    },
    /** Shows where something is wrong, and goes there. */
    /** A place where something is wrong; `closely`: gone to even where it is in view already. */
    problem: (geometry, closely = false) => {
      groups.problem.clearLayers();
      if (!geometry) return;
      const style = { color: "#a8261d", weight: 4, fillOpacity: 0.3, interactive: false };
      const layer = L.geoJSON(geometry, { style, pointToLayer: (_, at_) => L.circleMarker(at_, { ...style, radius: 9 }) }).addTo(groups.problem);
      if (closely || !map.getBounds().contains(layer.getBounds())) map.fitBounds(layer.getBounds(), { maxZoom: 17, animate: false });
    },
    barriers: (lines) => {
      groups.barriers.clearLayers();
      for (const line of lines) L.polyline(line.map(([lon, lat]) => [lat, lon]), BARRIER).addTo(groups.barriers);
    },
    /** Another plan's grids over these, from a share of the width to the right; null: none. */
    compare: (cells, share) => swipe(cells, share, (feature) => ({ ...BORDER, ...(LOOKS[feature.properties.change] ?? LOOKS.same), ...(feature.properties.inside ? {} : OUTSIDE) })),
    /** The other map shows what this one shows, and goes where it goes; and the other way round. */
    follow: (other) => together(map, other.map),
    map,
    notes: (comments) => {
      groups.notes.clearLayers();
      comments.forEach(({ at: place, text }, i) => {
        if (!place) return;
        const marker = L.marker([place.lat, place.lon], { icon: L.divIcon({ className: "note-pin", iconSize: [22, 22] }), title: text, keyboard: false }).addTo(groups.notes);
        marker.getElement().textContent = String(i + 1);
      });
    },
    middle: () => { const { lng, lat } = map.getCenter(); return [lng, lat]; },
    focus: () => box.focus(),
  };
}

const followed = new WeakSet();

function together(one, other) {
  other.invalidateSize({ animate: false });
  other.setView(one.getCenter(), one.getZoom(), { animate: false });
  if (followed.has(other)) return;
  followed.add(other);
  for (const [from, to] of [[one, other], [other, one]]) {
    from.on("moveend", () => {
      const [here, there] = [from.getCenter(), to.getCenter()];
      // A view that came from the other map is not sent back: rounding would have them chase each other.
      const isThere = from.getZoom() === to.getZoom() && from.latLngToContainerPoint(here).distanceTo(from.latLngToContainerPoint(there)) < 2;
      if (!isThere) to.setView(here, from.getZoom(), { animate: false });
    });
  }
}

/** Draws features in a pane of its own that is seen right of a line only. */
function swiping(map) {
  const [pane, names] = ["compared", "comparedNames"].map((name) => map.createPane(name));
  pane.style.zIndex = 450;
  names.style.zIndex = 600;
  const renderer = L.canvas({ pane: "compared", padding: 0.5 });
  const group = L.layerGroup().addTo(map);
  let at = null;
  const clip = () => {
    const [from, size] = [map.containerPointToLayerPoint([0, 0]), map.getSize()];
    const part = (left, right) => `rect(${from.y}px, ${from.x + size.x * right}px, ${from.y + size.y}px, ${from.x + size.x * left}px)`;
    pane.style.clip = names.style.clip = at === null ? "auto" : part(at, 1);
    map.getPane("markerPane").style.clip = at === null ? "auto" : part(0, at);
  };
  map.on("move zoomend resize", clip);
  return (features, share, style) => {
    group.clearLayers();
    at = features === null ? null : share;
    map.getContainer().style.setProperty("--swipe", features === null ? "-10px" : `${share * 100}%`);
    for (const feature of features ?? []) L.geoJSON(feature, { style, renderer, pane: "compared", interactive: false }).addTo(group);
    for (const feature of features ?? []) if (feature.properties.inside) named(feature, false, "comparedNames").addTo(group);
    clip();
  };
}

/** The end of a grid's code, in its middle. */
function named({ geometry, properties: { code } }, isFast, pane = "markerPane") {
  const icon = L.divIcon({ className: isFast ? "cell-name fast" : "cell-name", html: code.slice(-3).replace(/[^\w-]/g, ""), iconSize: [40, 16] });
  return L.marker(middleOf(geometry) ?? L.geoJSON(geometry).getBounds().getCenter(), { icon, pane, interactive: false, keyboard: false });
}

function ringsOf({ type, coordinates }) {
  return type === "Polygon" ? coordinates : coordinates.flat();
}

/** Rings near what is seen, in pixels of the map's box. */
function ringsAround(map, rings) {
  const view = map.getBounds().pad(0.2);
  return rings
    .filter((ring) => ring.some(([lon, lat]) => view.contains([lat, lon])))
    .map((ring) => ring.map(([lon, lat]) => ({ ...map.latLngToContainerPoint([lat, lon]), lonLat: [lon, lat] })));
}

function holds(geometry, lon, lat) {
  return ringsOf(geometry).reduce((inside, ring) => inside !== inRing(ring, lon, lat), false);
}

function inRing(ring, lon, lat) {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [[x, y], [u, v]] = [ring[i], ring[j]];
    if (y > lat !== v > lat && lon < ((u - x) * (lat - y)) / (v - y) + x) inside = !inside;
  }
  return inside;
}

/** A place inside a polygon, on the parallel through the middle of its box. */
function middleOf(geometry) {
  const ring = ringsOf(geometry)[0];
  const lats = ring.map(([, lat]) => lat);
  const lat = (Math.min(...lats) + Math.max(...lats)) / 2;
  const crossings = ring.slice(1).flatMap(([x, y], i) => {
    const [u, v] = ring[i];
    return y > lat !== v > lat ? [x + ((u - x) * (lat - y)) / (v - y)] : [];
  }).sort((one, other) => one - other);
  let best = null;
  for (let i = 1; i < crossings.length; i += 2) {
    const wide = crossings[i] - crossings[i - 1];
    if (!best || wide > best.wide) best = { wide, lon: (crossings[i] + crossings[i - 1]) / 2 };
  }
  return best ? [lat, best.lon] : null;
}
