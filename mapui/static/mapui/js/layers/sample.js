// The first objects of a source that is being mapped. However far they lie from the municipality, the map shows both.

import { moveQuietly } from "../core/moving.js";
import { load } from "../core/net.js";
import { noteFailure } from "../core/note.js";
import { paneMake } from "./panes.js";

const PANE = "sample";
const STYLE = { pane: PANE, className: "sample", weight: 2.5, fillOpacity: 0.15, interactive: false };

export function sampleLayer(options) {
  const layer = L.geoJSON(null, {
    pane: PANE,
    style: STYLE,
    pointToLayer: (_feature, latlng) => L.circleMarker(latlng, { ...STYLE, radius: 5 }),
  });
  paneMake(layer, PANE, 450);
  layer.once("add", async (event) => {
    const map = event.target._map;
    try {
      layer.addData(await load(options.url));
    } catch {
      noteFailure();
      return;
    }
    const whole = L.latLngBounds(options.bounds);
    if (!whole.contains(layer.getBounds())) {
      moveQuietly(() => map.fitBounds(whole.extend(layer.getBounds()), { animate: false, padding: [20, 20] }));
    }
  });
  return layer;
}
