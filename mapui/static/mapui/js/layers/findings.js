// Places that the checks of an edition give as examples.

import { tip } from "../core/dom.js";
import { fillOnce } from "./once.js";
import { paneMake } from "./panes.js";

const PANE = "findings";
const STYLE = { pane: PANE, className: "finding", weight: 3, fillOpacity: 0.15 };

export function findingLayer(options) {
  const layer = L.geoJSON(null, {
    pane: PANE,
    style: STYLE,
    pointToLayer: (_feature, latlng) => L.circleMarker(latlng, { ...STYLE, radius: 9 }),
    onEachFeature: ({ properties }, shape) =>
      shape.bindTooltip(() => tip(properties.severity, properties.message, properties.key), { sticky: true }),
  });
  paneMake(layer, PANE, 450);
  fillOnce(layer, options.url);
  return layer;
}
