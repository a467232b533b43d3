// Parcel numbers in view.

import { element } from "../core/dom.js";
import { load } from "../core/net.js";
import { noteCut } from "../core/note.js";
import { viewFollow } from "./inview.js";

// Half a label's height, its margin beside the text and half a letter's width, in pixels.
const HALF_HEIGHT = 9;
const MARGIN = 4;
const HALF_LETTER = 3.6;

// Without those that would lie upon an earlier one (the largest parcels come first). `pointOf` gives a feature's pixel.
export function labelsFree(features, pointOf) {
  const taken = [];
  return features.filter((feature) => {
    const { x, y } = pointOf(feature);
    const half = MARGIN + HALF_LETTER * feature.properties.number.length;
    const box = { left: x - half, top: y - HALF_HEIGHT, right: x + half, bottom: y + HALF_HEIGHT };
    const meets = (other) =>
      box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top;
    if (taken.some(meets)) {
      return false;
    }
    taken.push(box);
    return true;
  });
}

function place(feature) {
  const [longitude, latitude] = feature.geometry.coordinates;
  return [latitude, longitude];
}

function label(feature) {
  const html = element("span", "", feature.properties.number);
  const icon = L.divIcon({ html, className: "parcel-label", iconSize: [0, 0] });
  return L.marker(place(feature), { icon, interactive: false, keyboard: false });
}

export function labelLayer(options) {
  const layer = L.layerGroup();

  function clear() {
    layer.clearLayers();
    noteCut("labels", "");
  }

  viewFollow(layer, {
    ask: (map) =>
      map.getZoom() < options.minZoom ? null : load(`${options.url}?bbox=${map.getBounds().toBBoxString()}`),
    show: (collection, map) => {
      clear();
      if (!collection) {
        return;
      }
      const pointOf = (feature) => map.latLngToContainerPoint(place(feature));
      for (const feature of labelsFree(collection.features, pointOf)) {
        layer.addLayer(label(feature));
      }
      noteCut("labels", collection.truncated ? options.truncated : "");
    },
    clear,
  });
  return layer;
}
