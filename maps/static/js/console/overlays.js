// What can be laid over the console's map: density, service points, people who share where they are, other borders,
// a line that is measured. Touches Leaflet.

import { lengthM, told as lengthText } from "../planner/measures.js";

const REACH_PX = 26;
const STRENGTH = 0.2;
/** From few to many: opaque enough to be seen on every colour below. */
const RAMP = [[255, 214, 102], [240, 130, 40], [196, 40, 40], [110, 10, 60]];
const SERVICE = { radius: 5.5, color: "#ffffff", weight: 1.5, fillColor: "#2b7a3d", fillOpacity: 1 };
const PERSON = { radius: 7, color: "#ffffff", weight: 2, fillColor: "#6a3fa0", fillOpacity: 1 };
const OTHER = { color: "#a8261d", weight: 1.6, dashArray: "6 4", fill: false, interactive: false };
const RULER = { color: "#a02a6b", weight: 3, interactive: false };

export function overlays(map) {
  const heat = new HeatLayer();
  const groups = Object.fromEntries(["services", "people", "borders", "ruler"].map((name) => [name, L.layerGroup().addTo(map)]));
  const pins = (group, look) => (items) => {
    groups[group].clearLayers();
    for (const { lon, lat, title, lines } of items) {
      const marker = L.circleMarker([lat, lon], look).addTo(groups[group]);
      marker.bindTooltip(title, { className: "hover", opacity: 1 });
      marker.bindPopup(() => written(title, lines));
    }
  };
  const measured = [];
  return {
    /** reports: to be shown as density; null: none. */
    heat: (reports) => {
      heat.places = reports?.filter((one) => one.lon !== null) ?? [];
      if (!reports) heat.remove();
      else if (!map.hasLayer(heat)) heat.addTo(map);
      else heat.draw();
    },
    /** [{lon, lat, title, lines}] */
    services: pins("services", SERVICE),
    people: pins("people", PERSON),
    borders: (outlines) => {
      groups.borders.clearLayers();
      if (outlines) L.geoJSON(outlines, { style: OTHER, smoothFactor: 0.3 }).addTo(groups.borders);
    },
    /** Another point of what is measured; null: begin anew. Gives the length in words. */
    measure: (point) => {
      groups.ruler.clearLayers();
      if (!point) measured.length = 0;
      else measured.push(point);
      const at = measured.map(([lon, lat]) => [lat, lon]);
      if (at.length) L.polyline(at, RULER).addTo(groups.ruler);
      for (const one of at) L.circleMarker(one, { ...RULER, radius: 4, fillColor: "#fff", fillOpacity: 1 }).addTo(groups.ruler);
      return measured.length > 1 ? lengthText(lengthM(measured)) : "";
    },
    view: () => { const { lat, lng } = map.getCenter(); return `${lat.toFixed(5)},${lng.toFixed(5)},${map.getZoom()}`; },
    look: (text) => { const [lat, lng, zoom] = text.split(",").map(Number); map.setView([lat, lng], zoom, { animate: false }); },
    moved: (act) => map.on("moveend", act),
  };
}

function written(title, lines) {
  const box = document.createElement("div");
  const head = document.createElement("b");
  head.textContent = title;
  box.append(head, ...lines.filter(Boolean).map((text) => { const line = document.createElement("div"); line.textContent = text; return line; }));
  return box;
}

/** Density on a canvas: discs that fade outwards are added up, and their sum is coloured. */
const HeatLayer = L.Layer.extend({
  initialize() {
    this.places = [];
  },
  onAdd(map) {
    this.canvas = L.DomUtil.create("canvas", "heat leaflet-zoom-hide");
    this.canvas.setAttribute("aria-hidden", "true");
    map.getPanes().overlayPane.appendChild(this.canvas);
    map.on("moveend zoomend resize", this.draw, this);
    this.draw();
  },
  onRemove(map) {
    map.off("moveend zoomend resize", this.draw, this);
    this.canvas.remove();
  },
  draw() {
    const map = this._map;
    if (!map) return;
    const { x: width, y: height } = map.getSize();
    Object.assign(this.canvas, { width, height });
    L.DomUtil.setPosition(this.canvas, map.containerPointToLayerPoint([0, 0]));
    const pen = this.canvas.getContext("2d", { willReadFrequently: true });
    for (const { lon, lat } of this.places) {
      const { x, y } = map.latLngToContainerPoint([lat, lon]);
      if (x < -REACH_PX || y < -REACH_PX || x > width + REACH_PX || y > height + REACH_PX) continue;
      const disc = pen.createRadialGradient(x, y, 0, x, y, REACH_PX);
      disc.addColorStop(0, `rgba(0,0,0,${STRENGTH})`);
      disc.addColorStop(1, "rgba(0,0,0,0)");
      pen.fillStyle = disc;
      pen.fillRect(x - REACH_PX, y - REACH_PX, 2 * REACH_PX, 2 * REACH_PX);
    }
    const image = pen.getImageData(0, 0, width, height);
    coloured(image.data);
    pen.putImageData(image, 0, 0);
  },
});

/** Alpha becomes colour: the more, the darker and the less transparent. */
export function coloured(pixels) {
  for (let i = 0; i < pixels.length; i += 4) {
    const share = pixels[i + 3] / 255;
    if (!share) continue;
    const at = Math.min(share * 1.35, 0.999) * (RAMP.length - 1);
    const [low, high] = [RAMP[Math.floor(at)], RAMP[Math.floor(at) + 1]];
    for (let band = 0; band < 3; band += 1) pixels[i + band] = low[band] + (high[band] - low[band]) * (at % 1);
    pixels[i + 3] = Math.min(225, 60 + share * 330);
  }
}
