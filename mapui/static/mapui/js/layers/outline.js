// The municipal boundary. Without it the map is still of use: nothing is told when it cannot be loaded.

import { fillOnce } from "./once.js";

const STYLE = { color: "#0b5351", weight: 2.5, opacity: 0.8, fill: false, dashArray: "8 5", interactive: false };

export function outlineLayer(options) {
  const layer = L.geoJSON(null, { style: STYLE });
  fillOnce(layer, options.url, () => {});
  return layer;
}
