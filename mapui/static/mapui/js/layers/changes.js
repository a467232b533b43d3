// What an edition would change, one layer for each kind. Colours, lines and patterns stand in the style sheet, the
// patterns themselves in the page.

import { tip } from "../core/dom.js";
import { load } from "../core/net.js";
import { noteCut } from "../core/note.js";
import { viewFollow } from "./inview.js";
import { paneMake } from "./panes.js";

// From so many on thick lines would hide what many small areas say by their patterns.
const DENSE = 300;
// Successors lie upon what they came from.
const ORDER = ["vanished", "split", "merged", "changed", "new"];

function changeTip(change, options) {
  return tip(
    change.kind_text,
    change.name,
    change.key,
    change.related.length > 0 ? options.related + change.related.join(", ") : "",
  );
}

export function changeLayer(options) {
  const className = `change change-${options.kind}`;
  const pane = `changes-${options.kind}`;
  const common = { pane, className, weight: 2.5, fillOpacity: 1 };
  const layer = L.geoJSON(null, {
    pane,
    style: (feature) => ({ ...common, fill: feature.geometry.type.endsWith("Polygon") }),
    pointToLayer: (_feature, latlng) => L.circleMarker(latlng, { ...common, radius: 8 }),
    onEachFeature: (feature, shape) =>
      shape.bindTooltip(() => changeTip(feature.properties, options), { sticky: true }),
  });

  paneMake(layer, pane, 400 + ORDER.indexOf(options.kind));
  viewFollow(layer, {
    ask: (map) => load(`${options.url}&bbox=${map.getBounds().toBBoxString()}`),
    show: (collection, map) => {
      layer.clearLayers();
      layer.addData(collection);
      map.getPane(pane).classList.toggle("dense", collection.features.length > DENSE);
      noteCut(pane, collection.truncated ? options.truncated : "");
    },
    clear: () => {
      layer.clearLayers();
      noteCut(pane, "");
    },
  });
  return layer;
}
