// A click on the map asks which parcel is there and what the map services say about the place; the parcel of what is open is outlined.

import { DETAILS_CLOSED, DETAILS_SHOWN, on } from "../core/events.js";
import { modes, SELECT } from "../core/modes.js";
import { latest, load } from "../core/net.js";
import { note } from "../core/note.js";
import { detailsOpen } from "../page/details.js";

const STYLE = { color: "#c2185b", weight: 3.5, fillColor: "#c2185b", fillOpacity: 0.12, interactive: false };

// The short names of the map services that are drawn at the moment.
export function servicesShown(map) {
  const names = [];
  map.eachLayer(({ wmsParams, options }) => {
    if (wmsParams && options.minZoom <= map.getZoom() && map.getZoom() <= options.maxZoom) {
      names.push(wmsParams.layers);
    }
  });
  return names;
}

// The address of what lies at a place, with the parameters that `url` has already.
export function placeAddress(url, { lat, lng }, { zoom, services }) {
  const address = new URL(url, globalThis.location.href);
  address.searchParams.set("lat", lat.toFixed(7));
  address.searchParams.set("lon", lng.toFixed(7));
  address.searchParams.set("zoom", zoom);
  address.searchParams.set("services", services.join(","));
  return address.pathname + address.search;
}

export function placePicker(map, options) {
  const asked = latest((key) => (key ? load(options.outline.replace("KEY", encodeURIComponent(key))) : null));
  let outline = null;

  async function show(key, zoom) {
    outline?.remove();
    outline = null;
    const collection = await asked(key);
    if (!collection) {
      return;
    }
    outline = L.geoJSON(collection, { style: STYLE }).addTo(map);
    if (zoom) {
      map.fitBounds(outline.getBounds(), { maxZoom: 19, padding: [40, 40], animate: false });
    }
  }

  map.on("click", (event) => {
    if (!modes.is(SELECT)) {
      return;
    }
    if (map.getZoom() < options.minZoom) {
      note(options.hint);
      return;
    }
    note("");
    const shown = { zoom: map.getZoom(), services: servicesShown(map) };
    detailsOpen(placeAddress(options.url, event.latlng.wrap(), shown));
  });
  on(DETAILS_SHOWN, ({ parcel, zoomToParcel }) => show(parcel, zoomToParcel));
  on(DETAILS_CLOSED, () => show("", false));
}
