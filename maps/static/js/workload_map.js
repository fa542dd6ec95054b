// The map itself. Touches Leaflet (the global L, which folium's page loads).

import { AreaRenderer } from "./area_renderer.js";
import { placeLabels, wrapName } from "./labels.js";

const LINE_PX = 15;
const LEAST_ROOM_PX = 24;
const FONT = '600 12px "Noto Sans SC","Source Han Sans SC","PingFang SC","Microsoft YaHei","WenQuanYi Micro Hei",sans-serif';
const BORDER = { color: "#31465a", opacity: 0.42 };
const BORDER_PX = { few: 0.8, many: 0.45 };
const MANY = 1000;
const CHOSEN = { color: "#111a22", opacity: 1, weight: 2.6 };

/** Opens folium's map by the options it carries. */
export function openMap(id) {
  const { crs, ...options } = JSON.parse(document.getElementById(id).dataset.options);
  return L.map(id, { ...options, crs: L.CRS[crs], renderer: new AreaRenderer() });
}

/**
 * Draws outlines on a folium map and keeps their layers in the order of the features.
 * words: {tooltip(i) → text, popup(i) → element}
 */
export function drawAreas(map, outlines, words) {
  const layers = [];
  const border = { ...BORDER, weight: outlines.features.length > MANY ? BORDER_PX.many : BORDER_PX.few };
  const areas = L.geoJSON(outlines, {
    smoothFactor: 0.3,
    style: { ...border, area: true, fillColor: "#ffffff", fillOpacity: 1 },
    onEachFeature: (feature, layer) => {
      const i = layers.push(layer) - 1;
      layer.order = i;
      layer.on("click", (event) => open(i, event.latlng));
    },
  }).addTo(map);
  areas.bindTooltip((layer) => words.tooltip(layer.order), { sticky: true, className: "hover", opacity: 1 });
  const names = new NameLayer(outlines.features, layers).addTo(map);
  const whole = areas.getBounds();
  map.invalidateSize();
  map.fitBounds(whole, { padding: [18, 18], animate: false });
  let chosen = null;

  function mark(i) {
    if (chosen !== null) layers[chosen].setStyle(border);
    chosen = i;
    if (i !== null) layers[i].setStyle(CHOSEN).bringToFront();
  }

  function open(i, at) {
    mark(i);
    areas.closeTooltip();
    const room = { autoPanPadding: [24, 24], minWidth: 216, maxWidth: 280 };
    L.popup(room).setLatLng(at).setContent(words.popup(i)).openOn(map);
  }

  map.on("popupclose", () => mark(null));
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
  return {
    /** fills: a colour or canvas pattern for each area; dark(fill) → whether its name must be light. */
    paint: (fills, dark) => {
      layers.forEach((layer, i) => layer.setStyle({ fillColor: fills[i] }));
      names.draw(fills.map(dark));
    },
    show: (i) => {
      map.fitBounds(layers[i].getBounds(), { maxZoom: 14, padding: [60, 60], animate: false });
      const [lon, lat] = outlines.features[i].properties.label;
      open(i, L.latLng(lat, lon));
    },
    /** Moves the map to some of the areas, which are most of what its reader wants to see. */
    fit: (indexes) => {
      const bounds = L.latLngBounds(indexes.map((i) => layers[i].getBounds()));
      map.fitBounds(bounds, { padding: [30, 30], maxZoom: 15, animate: false });
    },
    closePopup: () => map.closePopup(),
  };
}

/** Scale bar and zoom buttons. */
export function addControls(map, words) {
  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  L.control.zoom({ position: "topright", zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
}

/** A canvas pattern for "no data"; the canvas renderer hands fillColor to the canvas as it is. */
export function hatch({ fill, hatch: line }) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const pen = tile.getContext("2d");
  pen.fillStyle = fill;
  pen.fillRect(0, 0, 8, 8);
  pen.strokeStyle = line;
  pen.lineWidth = 1.2;
  pen.beginPath();
  for (const x of [-8, 0, 8]) {
    pen.moveTo(x, 8);
    pen.lineTo(x + 8, 0);
  }
  pen.stroke();
  return pen.createPattern(tile, "repeat");
}

/** The names of areas on a canvas of its own: as many as find room, drawn again after every move. */
export const NameLayer = L.Layer.extend({
  initialize(features, layers) {
    this.areas = features.map(({ properties: { name, label } }, i) => ({
      i,
      lines: wrapName(name),
      at: L.latLng(label[1], label[0]),
      bounds: layers[i].getBounds(),
    }));
  },
  onAdd(map) {
    this.canvas = L.DomUtil.create("canvas", "names leaflet-zoom-hide");
    this.canvas.setAttribute("aria-hidden", "true");
    map.getPanes().overlayPane.appendChild(this.canvas);
    this.dark = [];
    map.on("moveend zoomend resize", this.redraw, this);
  },
  onRemove(map) {
    map.off("moveend zoomend resize", this.redraw, this);
    this.canvas.remove();
  },
  redraw() {
    this.draw();
  },
  draw(dark = this.dark) {
    this.dark = dark;
    const map = this._map;
    const size = map.getSize();
    const scale = window.devicePixelRatio || 1;
    const corner = map.containerPointToLayerPoint([0, 0]);
    L.DomUtil.setPosition(this.canvas, corner);
    Object.assign(this.canvas, { width: size.x * scale, height: size.y * scale });
    Object.assign(this.canvas.style, { width: `${size.x}px`, height: `${size.y}px` });
    const pen = this.canvas.getContext("2d");
    pen.scale(scale, scale);
    Object.assign(pen, { font: FONT, textAlign: "center", textBaseline: "middle", lineJoin: "round" });
    const labels = this.visible(map, pen);
    this.canvas.dataset.names = placeLabels(labels).map((i) => write(pen, labels[i])).length;
  },
  visible(map, pen) {
    const view = map.getBounds().pad(0.05);
    return this.areas
      .filter(({ bounds }) => view.intersects(bounds) && widthOf(map, bounds) > LEAST_ROOM_PX)
      .map(({ lines, at, bounds, i }) => {
        const { x, y } = map.latLngToContainerPoint(at);
        const width = Math.max(...lines.map((line) => pen.measureText(line).width)) + 4;
        const height = lines.length * LINE_PX + 2;
        return { lines, x, y, width, height, room: widthOf(map, bounds), dark: this.dark[i] };
      });
  },
});

function widthOf(map, bounds) {
  return map.latLngToContainerPoint(bounds.getNorthEast()).x - map.latLngToContainerPoint(bounds.getSouthWest()).x;
}

function write(pen, { lines, x, y, dark }) {
  lines.forEach((line, i) => {
    const at = y + (i - (lines.length - 1) / 2) * LINE_PX;
    pen.strokeStyle = dark ? "rgba(23,33,43,.55)" : "rgba(255,255,255,.85)";
    pen.lineWidth = dark ? 2.4 : 3;
    pen.strokeText(line, x, at);
    pen.fillStyle = dark ? "#ffffff" : "#17212b";
    pen.fillText(line, x, at);
  });
}
