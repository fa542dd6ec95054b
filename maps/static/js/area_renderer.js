// Draws the areas of a map in two sheets: their colours on a canvas of its own, and above it, on Leaflet's, the borders
// and everything else. Another figure changes colours only, and borders cost most. Outlines are traced once for each view,
// not once for each colour. Touches Leaflet.

const canvas = L.Canvas.prototype;

/** Areas say so by the option `area`; they lie under everything else, which is drawn as Leaflet draws it. */
export const AreaRenderer = L.Canvas.extend({
  onAdd() {
    this._fills = L.DomUtil.create("canvas", "fills");
    canvas.onAdd.call(this);
    if (this._zoomAnimated) this._fills.classList.add("leaflet-zoom-animated");
    this._container.before(this._fills);
  },
  onRemove() {
    cancelAnimationFrame(this._asked);
    this._fills.remove();
    canvas.onRemove.call(this);
  },
  _addPath(layer) {
    this._isStale ||= layer.options.area;
    canvas._addPath.call(this, layer);
  },
  _removePath(layer) {
    this._isStale ||= layer.options.area;
    canvas._removePath.call(this, layer);
  },
  _updatePaths() {
    this._isStale = true;
    canvas._updatePaths.call(this);
  },
  _updateStyle(layer) {
    const isColourOnly = layer.options.area && borderOf(layer) === layer.borderedAs;
    this._isStale ||= layer.options.area;
    if (isColourOnly) this._asked ||= requestAnimationFrame(() => this._fill());
    else canvas._updateStyle.call(this, layer);
  },
  _updateTransform(centre, zoom) {
    canvas._updateTransform.call(this, centre, zoom);
    this._fills.style.transform = this._container.style.transform;
  },
  _draw() {
    const pen = this._ctx;
    const bounds = this._redrawBounds;
    pen.save();
    if (bounds) {
      const { x, y } = bounds.getSize();
      pen.beginPath();
      pen.rect(bounds.min.x, bounds.min.y, x, y);
      pen.clip();
    }
    const [areas, others] = this._seen(bounds);
    pen.save();
    pen.lineJoin = "round";
    for (const one of areas) bordered(pen, one);
    pen.restore();
    this._drawing = true;
    for (const one of others) one._updatePath();
    this._drawing = false;
    pen.restore();
    if (this._isStale) this._fill();
  },
  _fill() {
    cancelAnimationFrame(this._asked);
    this._asked = null;
    this._isStale = false;
    const { width, height, style } = this._container;
    Object.assign(this._fills, { width, height });
    Object.assign(this._fills.style, { width: style.width, height: style.height, transform: style.transform });
    const pen = this._fills.getContext("2d");
    pen.setTransform(this._ctx.getTransform());
    for (const one of this._seen(null)[0]) filled(pen, one);
  },
  /** What meets the bounds, in its order: areas, and the rest. */
  _seen(bounds) {
    const found = [[], []];
    for (let order = this._drawFirst; order; order = order.next) {
      const { layer } = order;
      if (!bounds || layer._pxBounds?.intersects(bounds)) found[layer.options.area ? 0 : 1].push(layer);
    }
    return found;
  },
});

function filled(pen, layer) {
  pen.globalAlpha = layer.options.fillOpacity;
  pen.fillStyle = layer.options.fillColor;
  pen.fill(traced(layer), "evenodd");
}

function bordered(pen, layer) {
  const { opacity, color, weight } = layer.options;
  Object.assign(pen, { globalAlpha: opacity, strokeStyle: color, lineWidth: weight });
  pen.stroke(traced(layer));
  layer.borderedAs = borderOf(layer);
}

const borderOf = ({ options: { opacity, color, weight } }) => `${color}/${opacity}/${weight}`;

/** The outline as a path; Leaflet makes new parts whenever the view has changed. */
function traced(layer) {
  if (layer.tracedOf === layer._parts) return layer.traced;
  const path = new Path2D();
  for (const part of layer._parts) {
    part.forEach(({ x, y }, i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
    path.closePath();
  }
  layer.tracedOf = layer._parts;
  layer.traced = path;
  return path;
}
