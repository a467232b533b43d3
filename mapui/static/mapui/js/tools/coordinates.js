// Where the pointer is, in the system that a click on the text chooses.

import { element } from "../core/dom.js";
import { library } from "../core/libraries.js";
import { note } from "../core/note.js";

const KEPT = "flurpost.coordinates";

function digits(count) {
  const language = document.documentElement.lang || "de";
  // Without groups, as the search reads them.
  return new Intl.NumberFormat(language, {
    minimumFractionDigits: count,
    maximumFractionDigits: count,
    useGrouping: false,
  });
}

// The text of a place: latitude and longitude where the system has no definition, else easting and northing in metres.
export function placeText(system, { lat, lng }, project) {
  if (!system.definition) {
    const degrees = digits(5);
    return `${degrees.format(lat)}°, ${degrees.format(lng)}°`;
  }
  const metres = digits(0);
  return project(system.definition, [lng, lat])
    .map((value) => metres.format(value))
    .join(" ");
}

function kept(count) {
  const index = Number(globalThis.localStorage?.getItem(KEPT));
  return index > 0 && index < count ? index : 0;
}

// Options: systems (name, definition as WKT or PROJ), library (proj4), label.
export async function coordinates(map, options) {
  const { systems } = options;
  let at = kept(systems.length);
  let place = map.getCenter();
  const box = element("button", "map-coordinates");
  box.type = "button";
  box.title = options.label;
  box.setAttribute("aria-label", options.label);
  const name = element("span", "map-coordinates-system");
  const text = element("span", "map-coordinates-place");
  box.append(name, text);
  let project = null;

  function show() {
    const system = systems[at];
    name.textContent = system.name;
    text.textContent = system.definition && !project ? "" : placeText(system, place.wrap(), project);
  }

  box.addEventListener("click", () => {
    at = (at + 1) % systems.length;
    globalThis.localStorage?.setItem(KEPT, String(at));
    show();
  });
  map.on("mousemove", (event) => {
    place = event.latlng;
    show();
  });
  // Where there is no pointer it is the middle of the map.
  map.on("moveend", () => {
    place = map.getCenter();
    show();
  });
  const control = L.control({ position: "bottomright" });
  control.onAdd = () => {
    L.DomEvent.disableClickPropagation(box);
    return box;
  };
  control.addTo(map);
  show();
  try {
    const proj4 = await library(options.library, "proj4");
    project = (definition, pair) => proj4(definition, pair);
    show();
  } catch (error) {
    note(String(error));
  }
}
