// An area drawn on the map, which the queue is filtered by or which somebody follows: each click adds a corner, Enter the middle of the map,
// the button ends. The same corners can be typed among the filters.

import { CHOICE_CHANGED, on } from "../core/events.js";
import { AREA, modes } from "../core/modes.js";
import { note } from "../core/note.js";
import { toolButton } from "./bar.js";

const STYLE = { color: "#1b4f9c", weight: 2, fillColor: "#1b4f9c", fillOpacity: 0.06, interactive: false };
const DECIMALS = 6;
const CORNERS_LEAST = 3;
const SPACES = /\s+/u;

// Corners as the filter has them: "longitude latitude", commas between them.
export function areaText(points) {
  return points.map(({ lat, lng }) => `${lng.toFixed(DECIMALS)} ${lat.toFixed(DECIMALS)}`).join(",");
}

// The corners of such a text as [latitude, longitude]; [] for what is none.
export function areaPoints(text) {
  const points = (text || "")
    .split(",")
    .map((corner) => corner.trim().split(SPACES).map(Number).reverse())
    .filter((corner) => corner.length === 2 && corner.every(Number.isFinite));
  return points.length < CORNERS_LEAST ? [] : points;
}

// Options: icons, label, hint.
export function areaDrawing(map, options) {
  const form = document.querySelector("form.filters, form[data-area]");
  if (!form?.elements.area) {
    return;
  }
  let points = [];
  let drawn = null;

  function draw(corners) {
    drawn?.remove();
    drawn = corners.length < CORNERS_LEAST ? L.polyline(corners, STYLE) : L.polygon(corners, STYLE);
    drawn.addTo(map);
  }

  function finish() {
    if (points.length >= CORNERS_LEAST) {
      form.elements.area.value = areaText(points);
      form.dispatchEvent(new Event("change", { bubbles: true }));
    }
    modes.leave();
  }

  const button = toolButton(map, {
    icon: "area",
    icons: options.icons,
    label: options.label,
    press: () => (modes.is(AREA) ? finish() : modes.enter(AREA)),
  });
  button.setAttribute("aria-pressed", "false");
  let isOn = false;
  modes.watch((mode) => {
    const wasOn = isOn;
    isOn = mode === AREA;
    button.setAttribute("aria-pressed", String(isOn));
    map.getContainer().classList.toggle("is-measuring", isOn);
    if (isOn) {
      draw([]);
      note(options.hint);
      map.getContainer().focus();
    } else if (wasOn) {
      note("");
      draw(areaPoints(form.elements.area.value));
    }
    points = [];
  });
  function add(place) {
    points.push(place);
    draw(points);
  }
  map.on("click", (event) => {
    if (modes.is(AREA)) {
      add(event.latlng.wrap());
    }
  });
  map.getContainer().addEventListener("keydown", (event) => {
    if (modes.is(AREA) && event.key === "Enter" && event.target === map.getContainer()) {
      event.preventDefault();
      add(map.getCenter().wrap());
    }
  });
  const shown = () => draw(areaPoints(form.elements.area.value));
  on(CHOICE_CHANGED, shown);
  shown();
}
