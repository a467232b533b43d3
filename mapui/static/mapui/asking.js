// The map beside the question “Who is responsible?”; builds on maps.js.
"use strict";

(() => {
  function placeAsked(map, options) {
    const field = document.querySelector(options.field);
    const shown = map.getContainer().closest("[data-latitude]");
    let pin = null;

    function put(place) {
      if (pin) pin.remove();
      const icon = L.divIcon({ html: window.flurpost.element("span", "pin"), className: "marker-holder", iconSize: [22, 22] });
      pin = L.marker(place, { icon, keyboard: false, interactive: false, alt: options.label }).addTo(map);
    }

    map.on("click", (event) => {
      const { lat, lng } = event.latlng.wrap();
      put([lat, lng]);
      field.value = `${lat.toFixed(6)}, ${lng.toFixed(6)}`;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
    if (shown && shown.dataset.latitude) {
      const place = [Number(shown.dataset.latitude), Number(shown.dataset.longitude)];
      put(place);
      map.setView(place, 17, { animate: false });
    }
  }

  Object.assign(window.flurpost, { placeAsked });
})();
