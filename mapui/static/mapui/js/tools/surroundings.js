// The surroundings of a place that the list is filtered by, and the button of the page that takes my own.

import { moveQuietly } from "../core/moving.js";
import { note } from "../core/note.js";
import { boundsOf, listAddress } from "./following.js";

const STYLE = { color: "#1b4f9c", weight: 2, fillOpacity: 0.05, interactive: false };
const METRES = 500;
// About 100 metres: the address of the page tells no house.
const DECIMALS = 3;

// Latitude, longitude and metres of the filter; null where there is none.
export function nearOf(text) {
  const [latitude, longitude, metres] = (text || "").split(",").map(Number);
  return Number.isFinite(metres) ? { place: [latitude, longitude], metres } : null;
}

export function nearText({ latitude, longitude }) {
  return `${latitude.toFixed(DECIMALS)},${longitude.toFixed(DECIMALS)},${METRES}`;
}

function nearAsk(form, button) {
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      form.elements.near.value = nearText(coords);
      form.elements.bbox.value = "";
      globalThis.location.assign(listAddress(form, globalThis.location.href).asked);
    },
    () => note(button.dataset.nearMe),
    { enableHighAccuracy: true, timeout: 10_000 },
  );
}

export function surroundings(map) {
  const near = nearOf(document.querySelector("#issue-list")?.dataset.near);
  if (near) {
    const circle = L.circle(near.place, { ...STYLE, radius: near.metres }).addTo(map);
    if (!boundsOf(new URL(globalThis.location.href).searchParams.get("bbox"))) {
      moveQuietly(() => map.fitBounds(circle.getBounds(), { animate: false }));
    }
  }
  const form = document.querySelector("form.filters");
  const button = document.querySelector("[data-near-me]");
  if (form && button && navigator.geolocation) {
    button.hidden = false;
    button.addEventListener("click", () => nearAsk(form, button));
  }
}
