// Markers of issues and of clusters: what a pointer or a key does to them.

import { tip } from "../core/dom.js";
import { PLACE_HINTED, raise } from "../core/events.js";
import { modes, SELECT } from "../core/modes.js";
import { selectedNumber } from "../core/selection.js";
import { detailsOpen } from "../page/details.js";
import { clusterBody, markBody, markLabel } from "./marks.js";

// Calls back with whether a key opened it; the map itself hears nothing of it.
function opened(marker, open) {
  marker.on("click", (event) => {
    L.DomEvent.stopPropagation(event);
    open(false);
  });
  marker.on("keydown", (event) => {
    if ([" ", "Enter"].includes(event.originalEvent.key)) {
      event.originalEvent.preventDefault();
      open(true);
    }
  });
}

function hinting(node, detail) {
  for (const name of ["pointerenter", "focus"]) {
    node.addEventListener(name, () => raise(PLACE_HINTED, detail));
  }
  for (const name of ["pointerleave", "blur"]) {
    node.addEventListener(name, () => raise(PLACE_HINTED, null));
  }
}

function markerMake(place, { body, size, label, grid, number = "", zoom }) {
  const icon = L.divIcon({ html: body, className: "marker-holder", iconSize: [size, size] });
  const made = L.marker(place, { icon, keyboard: true, riseOnHover: true });
  Object.assign(made, { grid, number });
  made.on("add", () => {
    const node = made.getElement();
    node.setAttribute("role", "button");
    node.setAttribute("aria-label", label);
    node.dataset.number = number;
    node.classList.toggle("is-selected", Boolean(number) && number === selectedNumber());
    hinting(node, { grid, zoom });
  });
  return made;
}

export function issueMarker(place, issue, number, options) {
  const label = markLabel(issue, number);
  const given = { body: markBody(issue, options), size: 34, label, grid: issue.grid, number, zoom: options.zoom };
  const made = markerMake(place, given);
  made.bindTooltip(() => tip(issue.category, issue.state_text, issue.authority), {
    direction: "top",
    offset: [0, -14],
  });
  opened(made, () => {
    if (modes.is(SELECT)) {
      detailsOpen(issue.url);
    }
  });
  return made;
}

export function clusterMarker(place, cluster, { zoom, open }) {
  const { text, grid } = cluster;
  const made = markerMake(place, { body: clusterBody(cluster), size: 44, label: text, grid, zoom });
  made.bindTooltip(() => tip(text), { direction: "top", offset: [0, -20] });
  opened(made, (byKey) => open({ cluster, place, byKey }));
  return made;
}
