// My position with its accuracy.

import { note } from "../core/note.js";
import { toolButton } from "./bar.js";

const STYLE = { color: "#1b4f9c", weight: 2, fillColor: "#1b4f9c", fillOpacity: 0.12, interactive: false };
const NEAR = 18;

// Options: icons, label, failed.
export function locating(map, options) {
  const shown = L.layerGroup().addTo(map);
  map.on("locationfound", ({ latlng, accuracy }) => {
    shown.clearLayers();
    shown.addLayer(L.circle(latlng, { ...STYLE, radius: accuracy }));
    shown.addLayer(L.circleMarker(latlng, { ...STYLE, radius: 6, fillOpacity: 1 }));
    note("");
  });
  map.on("locationerror", () => note(options.failed));
  toolButton(map, {
    icon: "locate",
    icons: options.icons,
    label: options.label,
    press: () => map.locate({ setView: true, maxZoom: NEAR, enableHighAccuracy: true, timeout: 10_000 }),
  });
}
