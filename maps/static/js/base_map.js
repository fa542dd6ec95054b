// A base map below the areas, where the district has set one; shifted tiles are drawn where their ground lies. Touches Leaflet.

import { byId } from "./elements.js";
import { toGcj02 } from "./shifted.js";

/** So much of an area's colour stays, that streets are seen through it. */
export const THROUGH = 0.62;

/**
 * Shows the base map by the page's own checkbox. facts: {urls, datum, credit}, or null where there is none;
 * shown(is): whether it is, now and whenever that changes.
 */
export function baseMap(map, facts, shown) {
  if (!facts) return;
  const kind = facts.datum === "gcj02" ? shiftedTiles() : L.TileLayer;
  const pane = map.createPane("base");
  pane.style.zIndex = 150;
  const layers = L.layerGroup(facts.urls.map((url) => new kind(url, { pane: "base", maxZoom: 19, maxNativeZoom: 18 })));
  const credit = byId("base-credit");
  credit.textContent = facts.credit;
  const box = byId("base");
  const show = () => {
    credit.hidden = !box.checked || !facts.credit;
    if (box.checked) layers.addTo(map);
    else layers.remove();
    shown(box.checked);
  };
  box.addEventListener("change", show);
  // Not before the map has gone to its district: the tiles of where it begins are nobody's.
  map.once("moveend", show);
}

/** Tiles whose ground is written at shifted coordinates: they are asked for, and placed, as seen from there. */
function shiftedTiles() {
  const there = ({ lat, lng }) => {
    const [lon, shiftedLat] = toGcj02([lng, lat]);
    return L.latLng(shiftedLat, lon);
  };
  return L.TileLayer.extend({
    onAdd(map) {
      L.TileLayer.prototype.onAdd.call(this, map);
      // The shift changes by some centimetres over a screen, and by metres over a district.
      this.settle = () => this._setZoomTransforms(map.getCenter(), map.getZoom());
      map.on("moveend", this.settle);
    },
    onRemove(map) {
      map.off("moveend", this.settle);
      L.TileLayer.prototype.onRemove.call(this, map);
    },
    _getTiledPixelBounds(centre) {
      return L.TileLayer.prototype._getTiledPixelBounds.call(this, there(centre));
    },
    _setZoomTransform(level, centre, zoom) {
      L.TileLayer.prototype._setZoomTransform.call(this, level, there(centre), zoom);
    },
  });
}
