// What a decision rests on: parcels, roads, the place and its disc, coloured by who would have to act.

import { element, tip } from "../core/dom.js";
import { DETAILS_CLOSED, DETAILS_SHOWN, on } from "../core/events.js";
import { load } from "../core/net.js";
import { note } from "../core/note.js";
import { paneMake } from "./panes.js";

const ORDER = ["parcel", "section", "part", "place"];
// Of the issue that is open; its parcel and its mark are drawn by others.
const OPENED = ["part", "section"];
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

function shapesMake(collection, pane) {
  return L.geoJSON(collection, {
    pane,
    style: (feature) => ({ ...style(feature), pane }),
    pointToLayer: (_feature, latlng) => pin(latlng),
    onEachFeature: (feature, shape) => shape.bindTooltip(() => featureTip(feature), { sticky: true }),
  });
}

function sharesMake(collection, pane) {
  return collection.features.filter((feature) => feature.properties.inside).map((feature) => share(feature, pane));
}

export function explanationLayer(options) {
  const pane = `explanation-${options.kind}`;
  const layer = L.featureGroup([], { pane });

  async function fill() {
    const collection = await features(options.url, options.kind);
    for (const shape of [shapesMake(collection, pane), ...sharesMake(collection, pane)]) {
      layer.addLayer(shape);
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

// The same for the issue that is open beside the map: the disc by who would have to act, and the roads in reach.
export function openedLayer(options) {
  const pane = "explanation-opened";
  const layer = L.featureGroup([], { pane });
  let number = "";

  async function draw() {
    const wanted = number;
    layer.clearLayers();
    if (!(wanted && layer._map)) {
      return;
    }
    const all = await load(options.url.replace("NUMBER", encodeURIComponent(wanted)));
    if (wanted !== number) {
      return;
    }
    const collection = {
      ...all,
      features: all.features.filter(({ properties: { kind } }) => OPENED.includes(kind)),
    };
    for (const shape of [shapesMake(collection, pane), ...sharesMake(collection, pane)]) {
      layer.addLayer(shape);
    }
  }

  function show(opened) {
    if (opened !== number) {
      number = opened;
      draw().catch((error) => note(String(error)));
    }
  }

  paneMake(layer, pane, 415);
  layer.on("add", () => draw().catch((error) => note(String(error))));
  on(DETAILS_SHOWN, (shown) => show(shown.isDecided ? shown.number : ""));
  on(DETAILS_CLOSED, () => show(""));
  return layer;
}
