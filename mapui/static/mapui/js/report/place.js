// The place of a report on the map: by tap, by dragging, by arrow keys, at the cross in the middle, or where the device is.

import { element } from "../core/dom.js";
import { note } from "../core/note.js";
import { onForm, put, reportForm, STEP_WHERE } from "./form.js";

const NEAR = 18;
const ACCURACY_MAX_M = 5000;
const WAIT = 350;
// How far an arrow key moves the pin, in pixels; with Shift.
const STEP = 4;
const STEP_FAR = 24;
const CIRCLE = { color: "#1b4f9c", weight: 2, fillColor: "#1b4f9c", fillOpacity: 0.12, interactive: false };
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

// Whether the step is open at which a place is chosen.
function isOpen() {
  return reportForm()?.dataset.step === STEP_WHERE;
}

class Place {
  constructor(map, options) {
    this.map = map;
    this.options = options;
    this.shown = L.layerGroup().addTo(map);
    this.pin = null;
    this.timer = 0;
  }

  // What stands in the form is shown.
  show(form) {
    const { latitude, longitude, accuracy } = form.dataset;
    if (!latitude) {
      this.draw(null, 0);
      return;
    }
    const place = L.latLng(Number(latitude), Number(longitude));
    const isNew = !this.pin?.getLatLng().equals(place, 1e-6);
    this.draw(place, Number(accuracy));
    if (isNew) {
      this.map.setView(place, Math.max(this.map.getZoom(), Number(accuracy) > 100 ? NEAR - 2 : NEAR), {
        animate: false,
      });
    }
  }

  draw(place, accuracy) {
    const hasFocus = document.activeElement && document.activeElement === this.pin?.getElement();
    this.shown.clearLayers();
    this.pin = null;
    if (!place) {
      return;
    }
    if (accuracy > 0) {
      this.shown.addLayer(L.circle(place, { ...CIRCLE, radius: accuracy }));
    }
    const icon = L.divIcon({ html: element("span", "new-place"), className: "marker-holder", iconSize: [34, 34] });
    const title = this.options.label;
    this.pin = L.marker(place, { icon, draggable: isOpen(), title, alt: title, zIndexOffset: 1000 });
    this.pin.on("dragend", () => this.take(this.pin.getLatLng(), 0));
    this.shown.addLayer(this.pin);
    this.pin.getElement().addEventListener("keydown", (event) => this.key(event));
    if (hasFocus) {
      this.pin.getElement().focus({ preventScroll: true });
    }
  }

  key(event) {
    const arrow = ARROWS[event.key];
    if (!(arrow && isOpen())) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const far = event.shiftKey ? STEP_FAR : STEP;
    const at = this.map.latLngToContainerPoint(this.pin.getLatLng()).add([arrow[0] * far, arrow[1] * far]);
    this.take(this.map.containerPointToLatLng(at), 0);
  }

  // Puts a place that somebody chose into the form, and lets the server say what is there.
  take(latlng, accuracy) {
    const place = latlng.wrap();
    for (const [name, value] of [
      ["lat", place.lat.toFixed(7)],
      ["long", place.lng.toFixed(7)],
      ["accuracy", accuracy ? String(Math.min(Math.round(accuracy), ACCURACY_MAX_M)) : ""],
      ["place", ""],
      ["placed", ""],
      ["address", ""],
    ]) {
      put(name, value);
    }
    this.draw(place, accuracy);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => reportForm()?.querySelector("[data-look]")?.click(), WAIT);
  }

  locate() {
    this.map.locate({ enableHighAccuracy: true, timeout: 10_000 });
  }
}

// Options: label, here, failed.
export function placeReported(map, options) {
  const place = new Place(map, options);
  map.on("click", ({ latlng }) => {
    if (isOpen()) {
      place.take(latlng, 0);
    }
  });
  map.on("locationfound", ({ latlng, accuracy }) => {
    note("");
    map.setView(latlng, accuracy > 100 ? NEAR - 2 : NEAR, { animate: false });
    place.take(latlng, accuracy);
  });
  map.on("locationerror", () => note(options.failed));
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-locate]")) {
      place.locate();
    }
  });
  const here = element("button", "map-here", options.here);
  here.type = "button";
  here.addEventListener("click", () => place.take(map.getCenter(), 0));
  L.DomEvent.disableClickPropagation(here);
  map.getContainer().append(element("span", "map-cross"), here);
  onForm((form) => {
    if (!form) {
      return;
    }
    map.getContainer().classList.toggle("is-choosing", isOpen());
    for (const button of form.querySelectorAll("[data-locate]")) {
      button.hidden = !navigator.geolocation;
    }
    place.show(form);
  });
}
