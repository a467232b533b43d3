// A place chosen on the map for a form beside it: a click sets a marker that can be dragged; both fill the form.
"use strict";

(() => {
  const { element, note } = window.flurpost;

  function placeSetter(map, options) {
    let form = null;
    let marker = null;

    function button() { return document.querySelector("[data-place-on-map]"); }

    function begin(target) {
      form = target.closest("form");
      window.flurpost.placing = true;
      target.setAttribute("aria-pressed", "true");
      map.getContainer().classList.add("is-placing");
      note(options.hint);
    }

    function end() {
      window.flurpost.placing = false;
      if (button()) button().setAttribute("aria-pressed", "false");
      map.getContainer().classList.remove("is-placing");
      note("");
    }

    function clear() {
      end();
      form = null;
      if (marker) marker.remove();
      marker = null;
    }

    function fill(latlng) {
      const place = latlng.wrap();
      form.elements.lat.value = place.lat.toFixed(7);
      form.elements.long.value = place.lng.toFixed(7);
      form.elements.text.value = "";
    }

    function set(latlng) {
      if (marker) marker.remove();
      const icon = L.divIcon({ html: element("span", "new-place"), className: "marker-holder", iconSize: [34, 34] });
      marker = L.marker(latlng, { icon, draggable: true, keyboard: false, title: options.title, zIndexOffset: 1000 });
      marker.on("dragend", () => fill(marker.getLatLng()));
      marker.addTo(map);
      fill(latlng);
      end();
      form.querySelector("button:not([type=button])").focus();
    }

    document.addEventListener("click", (event) => {
      const target = event.target.closest("[data-place-on-map]");
      if (!target) return;
      if (window.flurpost.placing) end();
      else begin(target);
    });
    map.on("click", (event) => { if (window.flurpost.placing && form) set(event.latlng); });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !window.flurpost.placing) return;
      event.stopImmediatePropagation();
      end();
    }, true);
    document.addEventListener("htmx:afterSettle", (event) => {
      if (event.detail.target && event.detail.target.id === "details") clear();
    });
  }

  Object.assign(window.flurpost, { placeSetter });
})();
