// The issue that is open beside the map is always to be seen: a pin marks it where no mark of its own is drawn.

import { element } from "../core/dom.js";

// `isDrawn` tells whether an issue has a mark.
export function pinFor(group, isDrawn) {
  let pin = null;
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
    show: ({ number, place }) => {
      shown = { number, place };
      remove();
      renew();
    },
  };
}
