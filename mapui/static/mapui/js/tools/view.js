// Comes last: names the map's controls in the page's language, moves what is open into view, says when all is loaded.

import { DETAILS_SHOWN, on } from "../core/events.js";
import { moveQuietly } from "../core/moving.js";
import { failureWorded } from "../core/note.js";
import { begin, end, onReady } from "../core/ready.js";
import { detailsShown } from "../page/details.js";
import { boundsOf, listFollow } from "./following.js";

// Below the first an issue cannot be told from its neighbours; the second shows it with its parcel.
const NEAR = 16;
const NEAR_SHOWN = 17;

function controlsName(map, texts) {
  const container = map.getContainer();
  container.setAttribute("role", "region");
  container.setAttribute("aria-label", texts.map);
  L.control.scale({ imperial: false, maxWidth: 120, position: "bottomright" }).addTo(map);
  L.control.zoom({ zoomInTitle: texts.zoomIn, zoomOutTitle: texts.zoomOut }).addTo(map);
  map.attributionControl.setPrefix(false);
}

function placeShow(map, place) {
  moveQuietly(() => placeMove(map, place));
}

function placeMove(map, place) {
  map.invalidateSize({ pan: false });
  if (!place) {
    return;
  }
  if (map.getZoom() < NEAR) {
    map.setView(place, NEAR_SHOWN, { animate: false });
  } else {
    map.panTo(place, { animate: false });
  }
}

// What stands beside the map opens, closes and changes its width.
function sizeFollow(map) {
  const measure = () => moveQuietly(() => map.invalidateSize({ pan: false }));
  new ResizeObserver(measure).observe(map.getContainer());
}

function tilesAwait(map) {
  map.eachLayer((layer) => {
    if (!(layer instanceof L.GridLayer && layer.isLoading())) {
      return;
    }
    begin();
    layer.once("load", end);
  });
}

// The extent of the address, else the whole. The edges come back inside those of the screen, so it is taken a bit smaller.
export function start(map, { bounds: whole }) {
  const asked = boundsOf(new URL(globalThis.location.href).searchParams.get("bbox"));
  const bounds = asked ? L.latLngBounds(asked).pad(-0.02) : whole;
  moveQuietly(() => map.fitBounds(bounds, { animate: false }));
}

export function ready(map, options) {
  const container = map.getContainer();
  failureWorded(options.texts.failed);
  controlsName(map, options.texts);
  on(DETAILS_SHOWN, ({ place }) => placeShow(map, place));
  sizeFollow(map);
  listFollow(map, options.bounds);
  detailsShown({ focus: false });
  tilesAwait(map);
  onReady(() => {
    container.dataset.mapReady = "true";
  });
}
