// What a decision rests on: parcels, roads, the place and its disc, coloured by who would have to act.

import { element, tip } from "../core/dom.js";
import { load } from "../core/net.js";
import { note } from "../core/note.js";
import { paneMake } from "./panes.js";

const ORDER = ["parcel", "section", "part", "place"];
const INK = "#1c2526";
const PARCEL = "#8a4b00";
const collections = new Map();

// The layers share one request.
async function features(url, kind) {
  if (!collections.has(url)) {
    collections.set(url, load(url));
  }
  const collection = await collections.get(url);
  return { ...collection, features: collection.features.filter((feature) => feature.properties.kind === kind) };
}

function style({ properties: { kind, colour } }) {
  if (kind === "part") {
    return { className: "disc-part", color: INK, weight: 1, fillColor: colour, fillOpacity: 0.45 };
  }
  if (kind === "section") {
    return { className: "road-section", color: INK, weight: 3, dashArray: "10 5" };
  }
  return { color: PARCEL, weight: 2, fillColor: PARCEL, fillOpacity: 0.04 };
}

function pin(latlng) {
  const icon = L.divIcon({ html: element("span", "pin"), className: "marker-holder", iconSize: [22, 22] });
  return L.marker(latlng, { icon, keyboard: false });
}

function featureTip({ properties: { label, rule, percent } }) {
  return tip(label, percent === undefined ? "" : `${percent} %`, rule);
}

// Its share of the disc stands in each part, at the place that the server chose inside of it.
function share({ properties: { percent, inside } }, pane) {
  const icon = L.divIcon({ html: element("span", "", `${percent} %`), className: "part-share", iconSize: [0, 0] });
  const [longitude, latitude] = inside;
  return L.marker([latitude, longitude], { icon, interactive: false, keyboard: false, pane });
}

export function explanationLayer(options) {
  const pane = `explanation-${options.kind}`;
  const layer = L.featureGroup([], { pane });

  async function fill() {
    const collection = await features(options.url, options.kind);
    const shapes = L.geoJSON(collection, {
      pane,
      style: (feature) => ({ ...style(feature), pane }),
      pointToLayer: (_feature, latlng) => pin(latlng),
      onEachFeature: (feature, shape) => shape.bindTooltip(() => featureTip(feature), { sticky: true }),
    });
    layer.addLayer(shapes);
    if (options.kind !== "part") {
      return;
    }
    for (const feature of collection.features) {
      layer.addLayer(share(feature, pane));
    }
  }

  paneMake(layer, pane, 410 + ORDER.indexOf(options.kind));
  layer.on("add", () => {
    if (layer.getLayers().length === 0) {
      fill().catch((error) => note(String(error)));
    }
  });
  return layer;
}
