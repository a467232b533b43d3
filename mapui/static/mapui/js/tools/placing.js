// A place chosen on the map for a form beside it: a click sets a marker that can be dragged; both fill the form.

import { element } from "../core/dom.js";
import { DETAILS_CLOSED, DETAILS_SHOWN, on } from "../core/events.js";
import { modes, PLACE } from "../core/modes.js";
import { note } from "../core/note.js";

const BUTTON = "[data-place-on-map]";

export function placeSetter(map, options) {
  let form = null;
  let marker = null;

  function fill(latlng) {
    const place = latlng.wrap();
    form.elements.lat.value = place.lat.toFixed(7);
    form.elements.long.value = place.lng.toFixed(7);
    form.elements.text.value = "";
    // What would be decided there is told before anything is stored.
    form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function put(latlng) {
    marker?.remove();
    const icon = L.divIcon({ html: element("span", "new-place"), className: "marker-holder", iconSize: [34, 34] });
    marker = L.marker(latlng, { icon, draggable: true, keyboard: false, title: options.title, zIndexOffset: 1000 });
    marker.on("dragend", () => fill(marker.getLatLng()));
    marker.addTo(map);
    fill(latlng);
  }

  // The form is gone, and with it what was chosen for it.
  function clear() {
    modes.leave();
    marker?.remove();
    marker = null;
  }

  let isPlacing = false;
  modes.watch((mode) => {
    const wasPlacing = isPlacing;
    isPlacing = mode === PLACE;
    document.querySelector(BUTTON)?.setAttribute("aria-pressed", String(isPlacing));
    map.getContainer().classList.toggle("is-placing", isPlacing);
    // Another tool's words stay.
    if (isPlacing || wasPlacing) {
      note(isPlacing ? options.hint : "");
    }
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest(BUTTON);
    if (!button) {
      return;
    }
    form = button.closest("form");
    if (modes.is(PLACE)) {
      modes.leave();
    } else {
      modes.enter(PLACE);
    }
  });
  map.on("click", (event) => {
    if (!modes.is(PLACE)) {
      return;
    }
    put(event.latlng);
    modes.leave();
    form.querySelector("button:not([type=button])").focus();
  });
  on(DETAILS_SHOWN, clear);
  on(DETAILS_CLOSED, clear);
}
