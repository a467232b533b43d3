// Issues at one place, fanned out: those that the list beside the map shows of that place, a page at a time.

import { LIST_SHOWN, on } from "../core/events.js";
import { cellOf, gridOf } from "../core/grid.js";
import { issueMarker } from "./markers.js";

const LEG = { color: "#1c2526", weight: 1.5, interactive: false };
const CIRCLE = 2 * Math.PI;
// Pixels along the circle for each mark, and the least radius.
const ROOM = 48;
const NEAREST = 56;

// Where marks stand around a place, in pixels from it, the first above it.
export function fanOffsets(count) {
  const radius = Math.max(NEAREST, (count * ROOM) / CIRCLE);
  return Array.from({ length: count }, (_unused, index) => {
    const angle = (index / count) * CIRCLE;
    return [Math.round(Math.sin(angle) * radius), Math.round(-Math.cos(angle) * radius)];
  });
}

// What a row of the list says of its issue, as a tile would.
export function issueOfRow(row) {
  return { ...row.dataset, url: row.querySelector("a").getAttribute("href"), grid: gridOf(row) };
}

// `changed` is called when other marks stand there than before.
export function fan(options, changed = () => {}) {
  let group = null;
  let centre = null;

  function close() {
    group?.remove();
    group = null;
    centre = null;
    changed();
  }

  function draw() {
    if (!centre) {
      return;
    }
    const { map, place, grid } = centre;
    const zoom = map.getZoom();
    const cell = cellOf(grid, zoom);
    const rows = [...document.querySelectorAll("#issue-list .issue[data-grid]")].filter(
      (row) => cellOf(gridOf(row), zoom) === cell,
    );
    group?.remove();
    group = L.layerGroup().addTo(map);
    const middle = map.latLngToLayerPoint(place);
    for (const [index, offset] of fanOffsets(rows.length).entries()) {
      const at = map.layerPointToLatLng(middle.add(offset));
      const row = rows[index];
      group.addLayer(L.polyline([place, at], LEG));
      group.addLayer(issueMarker(at, issueOfRow(row), row.dataset.number, { ...options, zoom }));
    }
    changed();
  }

  on(LIST_SHOWN, draw);
  return {
    close,
    markers: () => group?.getLayers() ?? [],
    open: (map, place, grid) => {
      close();
      centre = { map, place, grid };
      map.once("zoomstart", close);
      map.once("click", close);
    },
  };
}
