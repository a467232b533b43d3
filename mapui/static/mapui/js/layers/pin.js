// The issue that is open beside the map is always to be seen: a pin marks it where no mark of its own is drawn, and a
// circle around it how exactly the place is told.

import { element } from "../core/dom.js";

const STYLE = { color: "#b00020", weight: 2, fillOpacity: 0.1, interactive: false };

// `isDrawn` tells whether an issue has a mark.
export function pinFor(group, isDrawn) {
  let pin = null;
  let circle = null;
  let shown = { number: "", place: null };

  function remove() {
    if (pin) {
      group.removeLayer(pin);
      pin = null;
    }
  }

  function renew() {
    if (!shown.place || isDrawn(shown.number)) {
      remove();
      return;
    }
    if (pin) {
      return;
    }
    const icon = L.divIcon({ html: element("span", "pin"), className: "marker-holder", iconSize: [22, 22] });
    pin = L.marker(shown.place, { icon, keyboard: false, interactive: false, zIndexOffset: 2000 });
    group.addLayer(pin);
  }

  return {
    renew,
    show: ({ number, place, accuracy }) => {
      shown = { number, place };
      remove();
      if (circle) {
        group.removeLayer(circle);
      }
      circle = place && accuracy ? L.circle(place, { ...STYLE, radius: accuracy }) : null;
      if (circle) {
        group.addLayer(circle);
      }
      renew();
    },
  };
}
