// The map of the console. Touches Leaflet.

import { clusters, gravity, radius } from "./clusters.js";
import { lasso } from "./lasso.js";
import { overlays } from "./overlays.js";
import { THROUGH, baseMap } from "../base_map.js";
import { NameLayer, addControls, openMap } from "../workload_map.js";

const SQUARE_PX = 46;
const REACH_PX = 6;
const PERSON_PX = 14;
const DOUBT = { color: "#6a3fa0", weight: 2, dashArray: "4 4", fillColor: "#6a3fa0", interactive: false };
const CASING = { color: "#ffffff", weight: 4, opacity: 0.85, fill: false, interactive: false };
const FADED = 0.28;
/** How strong borders are: of what is chosen, and around it. */
const STANDS = 0.5;
const RECEDES = 0.15;
const FONT = '600 12px "Noto Sans SC","Source Han Sans SC","PingFang SC","Microsoft YaHei","WenQuanYi Micro Hei",sans-serif';
/** Colour and shape of each kind of symbol: colour is never the only thing that tells. */
const LOOKS = {
  urgent: { fill: "#a8261d", line: "#ffffff", corners: 4 },
  overdue: { fill: "#b85c00", line: "#ffffff", corners: 3 },
  unassigned: { fill: "#ffffff", line: "#17212b", corners: 0 },
  open: { fill: "#17607e", line: "#ffffff", corners: 0 },
};

/** told: {area(code), reports([report]), place(lon, lat), caught(isIn)} — what was clicked, or a loop drawn around; say: words of controls. */
export function openGround(id, told, say, base) {
  const map = openMap(id);
  addControls(map, { zoomIn: say("map.zoom_in"), zoomOut: say("map.zoom_out") });
  const symbols = new SymbolLayer().addTo(map);
  const doubtful = L.layerGroup().addTo(map);
  const marked = L.layerGroup().addTo(map);
  let drawn = null;
  let solid = 1;
  let last = null;
  let under = null;
  let pressed = null;

  // While a zoom is under way Leaflet takes a drag for a click.
  map.on("mousedown", ({ containerPoint }) => { pressed = containerPoint; });
  map.on("click", ({ containerPoint, latlng }) => {
    if (pressed?.distanceTo(containerPoint) > REACH_PX) return;
    const hit = symbols.at(containerPoint);
    if (!told.place(latlng.lng, latlng.lat)) {
      if (hit) told.reports(hit.reports);
      else if (under !== null) told.area(under);
    }
    under = null;
  });
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());

  /** Draws the areas of a level; those not in `codes` are only ground. */
  function areas(outlines) {
    drawn?.layer.remove();
    drawn?.names.remove();
    const layers = [];
    const many = outlines.features.length > 1000;
    const style = { area: true, color: "#31465a", opacity: STANDS, weight: many ? 0.45 : 0.9, fillColor: "#ffffff", fillOpacity: solid };
    const layer = L.geoJSON(outlines, {
      smoothFactor: 0.3,
      style,
      onEachFeature: ({ properties }, one) => {
        layers.push(one);
        one.on("click", () => { under = properties.code; });
      },
    }).addTo(map);
    const names = new NameLayer(outlines.features, layers).addTo(map);
    drawn = { layer, layers, names, codes: outlines.features.map(({ properties }) => properties.code), dark: [] };
    symbols.bringToFront();
    layer.bindTooltip((one) => told.words(one.feature.properties.code), { sticky: true, className: "hover", opacity: 1 });
  }

  /** fills: a colour for each area; inside: the codes that stand out. */
  function paint(fills, inside, isDark) {
    last = [fills, inside, isDark];
    const stands = drawn.codes.map((code) => inside === null || inside.has(code));
    drawn.layers.forEach((one, i) => {
      // Most areas keep their colour from one figure to the next, and Leaflet compares nothing.
      if (one.options.fillColor === fills[i] && one.options.fillOpacity === (stands[i] ? solid : FADED)) return;
      one.setStyle({ fillColor: fills[i], fillOpacity: stands[i] ? solid : FADED, opacity: stands[i] ? STANDS : RECEDES });
    });
    const dark = fills.map((fill, i) => stands[i] && isDark(fill));
    if (dark.some((is, i) => is !== drawn.dark[i])) drawn.names.draw(dark);
    drawn.dark = dark;
  }

  function fit(inside) {
    const some = drawn.layers.filter((_, i) => inside === null || inside.has(drawn.codes[i]));
    if (!some.length) return;
    const bounds = L.latLngBounds(some.map((one) => one.getBounds()));
    map.fitBounds(bounds, { paddingTopLeft: [24, 56], paddingBottomRight: [24, 24], maxZoom: 16, animate: false });
  }

  /** Marks a place: a ring, and the disc it may lie in. */
  function mark(lon, lat, accuracyM = 0) {
    marked.clearLayers();
    const at = [lat, lon];
    if (accuracyM) L.circle(at, { radius: accuracyM, color: "#17212b", weight: 1, dashArray: "4 3", fillOpacity: 0.06, interactive: false }).addTo(marked);
    L.circleMarker(at, { radius: 13, color: "#17212b", weight: 2.5, fill: false, interactive: false }).addTo(marked);
    if (!map.getBounds().pad(-0.1).contains(at)) map.setView(at, Math.max(map.getZoom(), 14), { animate: false });
  }

  if (told.caught) lasso(map, told.caught);
  baseMap(map, base, (is) => {
    solid = is ? THROUGH : 1;
    if (drawn && last) paint(...last);
  });

  return {
    over: overlays(map),
    areas,
    paint,
    fit,
    mark,
    /** Draws the cells a report may lie in, likeliest first: [{geometry, words}]. */
    likely: (some) => {
      doubtful.clearLayers();
      for (const { geometry } of some) L.geoJSON(geometry, { style: CASING }).addTo(doubtful);
      some.forEach(({ geometry, words }, i) => L.geoJSON(geometry, { style: { ...DOUBT, fillOpacity: i ? 0.08 : 0.2 } }).bindTooltip(words, { permanent: true, direction: "center", className: "share" }).addTo(doubtful));
    },
    unmark: () => { marked.clearLayers(); doubtful.clearLayers(); },
    show: (reports) => symbols.show(reports),
    go: (lon, lat) => map.setView([lat, lon], 16, { animate: false }),
    /** Where a pointer is, and which of these people it is on. */
    under: (event, people) => {
      const { lat, lng } = map.mouseEventToLatLng(event);
      const point = map.mouseEventToContainerPoint(event);
      const person = people.find((one) => map.latLngToContainerPoint([one.lat, one.lon]).distanceTo(point) <= PERSON_PX);
      return { lon: lng, lat, person };
    },
    /** Whether a report lies inside what is seen. */
    isInView: (one) => one.lon !== null && map.getBounds().contains([one.lat, one.lon]),
  };
}

/** Reports as symbols on a canvas of its own, clustered anew after every move. */
const SymbolLayer = L.Layer.extend({
  initialize() {
    this.reports = [];
    this.drawn = [];
  },
  onAdd(map) {
    this.canvas = L.DomUtil.create("canvas", "symbols leaflet-zoom-hide");
    this.canvas.setAttribute("aria-hidden", "true");
    map.getPanes().markerPane.appendChild(this.canvas);
    map.on("moveend zoomend resize", () => this.draw());
  },
  bringToFront() {
    this.canvas.parentNode.appendChild(this.canvas);
  },
  show(reports) {
    this.reports = reports.filter((one) => one.lon !== null);
    this.draw();
  },
  draw() {
    const map = this._map;
    const size = map.getSize();
    const scale = window.devicePixelRatio || 1;
    L.DomUtil.setPosition(this.canvas, map.containerPointToLayerPoint([0, 0]));
    Object.assign(this.canvas, { width: size.x * scale, height: size.y * scale });
    Object.assign(this.canvas.style, { width: `${size.x}px`, height: `${size.y}px` });
    const pen = this.canvas.getContext("2d");
    pen.scale(scale, scale);
    Object.assign(pen, { font: FONT, textAlign: "center", textBaseline: "middle", lineWidth: 1.6 });
    const view = map.getBounds().pad(0.02);
    const points = this.reports
      .filter((one) => view.contains([one.lat, one.lon]))
      .map((report) => ({ ...map.latLngToContainerPoint([report.lat, report.lon]), report }));
    this.drawn = clusters(points, SQUARE_PX).map((one) => ({ ...one, r: radius(one.reports.length) }));
    for (const one of this.drawn) symbol(pen, one);
    this.canvas.dataset.symbols = this.drawn.length;
  },
  at({ x, y }) {
    return this.drawn.find((one) => Math.hypot(one.x - x, one.y - y) <= one.r + REACH_PX) ?? null;
  },
});

function symbol(pen, { x, y, r, reports }) {
  const { fill, line, corners } = LOOKS[gravity(reports)];
  pen.fillStyle = fill;
  pen.strokeStyle = line;
  pen.beginPath();
  if (corners && reports.length === 1) corner(pen, x, y, r + 2, corners);
  else pen.arc(x, y, r, 0, 2 * Math.PI);
  pen.fill();
  pen.stroke();
  if (reports.length === 1) return;
  pen.fillStyle = fill === "#ffffff" ? "#17212b" : "#ffffff";
  pen.fillText(String(reports.length), x, y + 0.5);
}

function corner(pen, x, y, r, corners) {
  for (let i = 0; i < corners; i += 1) {
    const turn = (2 * Math.PI * i) / corners - Math.PI / 2;
    pen.lineTo(x + r * Math.cos(turn), y + r * Math.sin(turn));
  }
  pen.closePath();
}
