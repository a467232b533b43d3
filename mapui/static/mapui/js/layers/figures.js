// Cadastral districts or roads in shades, by how many reports they have; a click leads to the reports.

import { tip } from "../core/dom.js";
import { load } from "../core/net.js";
import { note } from "../core/note.js";
import { paneMake } from "./panes.js";

const LINE = "#1c2526";
const collections = new Map();

function counted(text, count) {
  return text.replace("{count}", count);
}

function style({ properties: { kind, step } }, shades) {
  if (kind === "road") {
    return { color: shades[step], weight: 3 + step, opacity: 1 };
  }
  return { color: LINE, weight: 1, fillColor: shades[step], fillOpacity: 0.75 };
}

export function figuresLayer(options) {
  const pane = `figures-${options.kind}`;
  const layer = L.geoJSON(null, {
    pane,
    filter: ({ properties }) => properties.kind === options.kind,
    style: (feature) => ({ ...style(feature, options.shades), pane }),
    onEachFeature: ({ properties: { name, received, open, url } }, shape) => {
      const lines = [counted(options.texts.received, received), counted(options.texts.open, open)];
      shape.bindTooltip(() => tip(name, ...lines), { sticky: true });
      shape.on("click", () => {
        globalThis.location.href = url;
      });
    },
  });
  paneMake(layer, pane, options.kind === "road" ? 415 : 405);
  layer.once("add", () => {
    // Both layers share one request.
    if (!collections.has(options.url)) {
      collections.set(options.url, load(options.url));
    }
    collections.get(options.url).then(
      (collection) => layer.addData(collection),
      (error) => note(String(error)),
    );
  });
  return layer;
}
