// Distances and areas on the ellipsoid: each click adds a point, Enter the middle of the map, Escape ends.

import { library } from "../core/libraries.js";
import { MEASURE, modes } from "../core/modes.js";
import { note } from "../core/note.js";
import { toolButton } from "./bar.js";

const STYLE = { color: "#c2185b", weight: 3, fillColor: "#c2185b", fillOpacity: 0.1, interactive: false };
const KILOMETRE = 1000;
const HECTARE = 10_000;

function numberText(value, count) {
  const language = document.documentElement.lang || "de";
  return new Intl.NumberFormat(language, { maximumFractionDigits: count }).format(value);
}

export function lengthText(metres) {
  return metres < KILOMETRE ? `${numberText(metres, 1)} m` : `${numberText(metres / KILOMETRE, 2)} km`;
}

export function areaText(squareMetres) {
  return squareMetres < HECTARE ? `${numberText(squareMetres, 0)} m²` : `${numberText(squareMetres / HECTARE, 2)} ha`;
}

// Length of the line through the points in metres, and area of the polygon in square metres (0 below three points).
export function measured(geodesic, points) {
  const ground = geodesic.Geodesic.WGS84;
  let length = 0;
  for (const [index, { lat, lng }] of points.entries()) {
    if (index > 0) {
      length += ground.Inverse(points[index - 1].lat, points[index - 1].lng, lat, lng).s12;
    }
  }
  const ring = ground.Polygon(false);
  for (const { lat, lng } of points) {
    ring.AddPoint(lat, lng);
  }
  const area = points.length > 2 ? Math.abs(ring.Compute(false, true).area) : 0;
  return { length, area };
}

// Options: icons, label, hint, told (with %(length)s), toldArea (with %(length)s and %(area)s), library.
export function measuring(map, options) {
  let points = [];
  let drawn = null;

  function clear() {
    drawn?.remove();
    drawn = null;
    points = [];
  }

  async function add(place) {
    points.push(place);
    drawn?.remove();
    drawn = points.length > 2 ? L.polygon(points, STYLE) : L.polyline(points, STYLE);
    drawn.addTo(map);
    try {
      const { length, area } = measured(await library(options.library, "geodesic"), points);
      const told = area ? options.toldArea : options.told;
      note(told.replace("%(length)s", lengthText(length)).replace("%(area)s", areaText(area)));
    } catch (error) {
      note(String(error));
    }
  }

  const button = toolButton(map, {
    icon: "measure",
    icons: options.icons,
    label: options.label,
    press: () => (modes.is(MEASURE) ? modes.leave() : modes.enter(MEASURE)),
  });
  button.setAttribute("aria-pressed", "false");
  modes.watch((mode) => {
    const isOn = mode === MEASURE;
    button.setAttribute("aria-pressed", String(isOn));
    map.getContainer().classList.toggle("is-measuring", isOn);
    if (isOn) {
      note(options.hint);
      map.getContainer().focus();
    } else if (points.length > 0 || drawn) {
      clear();
      note("");
    }
  });
  map.on("click", (event) => {
    if (modes.is(MEASURE)) {
      add(event.latlng.wrap());
    }
  });
  map.getContainer().addEventListener("keydown", (event) => {
    if (modes.is(MEASURE) && event.key === "Enter" && event.target === map.getContainer()) {
      event.preventDefault();
      add(map.getCenter().wrap());
    }
  });
}
