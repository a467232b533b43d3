// A bar of buttons on the map; each tool puts its own into it.

import { element, symbol } from "../core/dom.js";

const bars = new WeakMap();

function barOf(map) {
  if (!bars.has(map)) {
    const box = element("div", "leaflet-bar map-tools");
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    const control = L.control({ position: "topleft" });
    control.onAdd = () => box;
    control.addTo(map);
    bars.set(map, box);
  }
  return bars.get(map);
}

// Adds a button; `icon` is a symbol of the sprite `icons`, `press` what a click does.
export function toolButton(map, { icon, icons, label, press }) {
  const button = element("button", "map-tool");
  button.type = "button";
  button.title = label;
  button.setAttribute("aria-label", label);
  button.append(symbol(icons, icon));
  button.addEventListener("click", press);
  barOf(map).append(button);
  return button;
}
