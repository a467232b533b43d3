// An area drawn on the map, which the queue is filtered by or which somebody follows: a line drawn around it with the
// button held (a lasso), or corner by corner: each click adds one, Enter the middle of the map, the button ends. The same
// corners can be typed among the filters.

import { CHOICE_CHANGED, on } from "../core/events.js";
import { AREA, modes } from "../core/modes.js";
import { note } from "../core/note.js";
import { toolButton } from "./bar.js";

const STYLE = { color: "#1b4f9c", weight: 2, fillColor: "#1b4f9c", fillOpacity: 0.06, interactive: false };
const DECIMALS = 6;
const CORNERS_LEAST = 3;
// So far apart are the corners of a lasso, in pixels; a shorter line is a click.
const STEP_PX = 8;
// As many as an area has at most (`mapui.site.triage_filter.CORNERS_MAX`).
const CORNERS_MOST = 500;
// A click follows the release of the pointer within so many milliseconds.
const CLICK_MS = 100;
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

// On which side of the line from one corner to the other a third lies: its sign.
function side(one, other, third) {
  return (other.lng - one.lng) * (third.lat - one.lat) - (other.lat - one.lat) * (third.lng - one.lng);
}

// Whether two sides of the closed line cross.
export function isCrossed(points) {
  const lines = points.map((point, n) => [point, points[(n + 1) % points.length]]);
  return lines.some(([a, b], n) =>
    lines
      .slice(n + 2, n === 0 ? -1 : undefined)
      .some(([c, d]) => side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0),
  );
}

// The corners of the smallest area without a dent that holds all of them (Andrew's monotone chain).
export function hull(points) {
  const sorted = points.toSorted((one, other) => one.lng - other.lng || one.lat - other.lat);
  function half(some) {
    const kept = [];
    for (const point of some) {
      while (kept.length > 1 && side(kept.at(-2), kept.at(-1), point) <= 0) {
        kept.pop();
      }
      kept.push(point);
    }
    return kept.slice(0, -1);
  }
  return [...half(sorted), ...half(sorted.toReversed())];
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
      // A line that was drawn over itself stands for what lies within.
      form.elements.area.value = areaText(isCrossed(points) ? hull(points) : points);
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
      // The pointer that is held draws, and does not move the map.
      map.dragging.disable();
      draw([]);
      note(options.hint);
      map.getContainer().focus();
    } else if (wasOn) {
      map.dragging.enable();
      note("");
      draw(areaPoints(form.elements.area.value));
    }
    points = [];
  });
  function add(place) {
    points.push(place);
    draw(points);
  }
  // A lasso: the line that the pointer draws while it is held.
  let line = null;
  const shell = map.getContainer();
  function at(event) {
    return map.mouseEventToContainerPoint(event);
  }
  shell.addEventListener("pointerdown", (event) => {
    if (modes.is(AREA) && event.isPrimary && points.length === 0 && !event.target.closest(".leaflet-control")) {
      line = [at(event)];
    }
  });
  shell.addEventListener("pointermove", (event) => {
    if (line && at(event).distanceTo(line.at(-1)) >= STEP_PX && line.length < CORNERS_MOST) {
      line.push(at(event));
      draw(line.map((point) => map.containerPointToLatLng(point).wrap()));
    }
  });
  // Letting go is no click on what lies there.
  function clickSwallow() {
    const swallow = (event) => event.stopImmediatePropagation();
    shell.addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => shell.removeEventListener("click", swallow, { capture: true }), CLICK_MS);
  }
  function released({ type }) {
    if (!line) {
      return;
    }
    const corners = line.map((point) => map.containerPointToLatLng(point).wrap());
    line = null;
    if (type === "pointerup" && corners.length > CORNERS_LEAST) {
      points = corners;
      clickSwallow();
      finish();
    }
  }
  globalThis.addEventListener("pointerup", released);
  globalThis.addEventListener("pointercancel", released);
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
