// The map beside the question “Who is responsible?”: a click fills in the place that is asked about.

import { element } from "../core/dom.js";

export function placeAsked(map, options) {
  const field = document.querySelector(options.field);
  const shown = map.getContainer().closest("[data-latitude]");
  let pin = null;

  function put(place) {
    pin?.remove();
    const icon = L.divIcon({ html: element("span", "pin"), className: "marker-holder", iconSize: [22, 22] });
    pin = L.marker(place, { icon, keyboard: false, interactive: false, alt: options.label }).addTo(map);
  }

  map.on("click", (event) => {
    const { lat, lng } = event.latlng.wrap();
    put([lat, lng]);
    field.value = `${lat.toFixed(6)}, ${lng.toFixed(6)}`;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  if (shown?.dataset.latitude) {
    const place = [Number(shown.dataset.latitude), Number(shown.dataset.longitude)];
    put(place);
    map.setView(place, 17, { animate: false });
  }
}
