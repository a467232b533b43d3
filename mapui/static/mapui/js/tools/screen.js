// The map on the whole screen, and on paper.

import { moveQuietly } from "../core/moving.js";
import { toolButton } from "./bar.js";

// Options: icons, label.
export function fullScreen(map, options) {
  const column = map.getContainer().parentElement;
  if (!column.requestFullscreen) {
    return;
  }
  toolButton(map, {
    icon: "full",
    icons: options.icons,
    label: options.label,
    press: () => (document.fullscreenElement ? document.exitFullscreen() : column.requestFullscreen()),
  });
  document.addEventListener("fullscreenchange", () => map.invalidateSize({ pan: false }));
}

// A4 across, less the margins, at 96 pixels an inch.
const PAPER = { width: "1040px", height: "640px" };
const WAIT = 2500;

function drawnAgain(map) {
  const drawn = map.vectorMap;
  return new Promise((resolve) => {
    setTimeout(resolve, WAIT);
    drawn?.once("idle", resolve);
  });
}

// Options: icons, label.
export function printing(map, options) {
  const container = map.getContainer();
  // Only the page moves the map: list and address stay as they are.
  function show({ center, zoom }, size) {
    moveQuietly(() => {
      Object.assign(container.style, size);
      map.invalidateSize({ pan: false, animate: false });
      map.setView(center, zoom, { animate: false });
    });
  }

  async function print() {
    const view = { center: map.getCenter(), zoom: map.getZoom() };
    document.body.classList.add("is-printing-map");
    show(view, PAPER);
    await drawnAgain(map);
    globalThis.print();
    document.body.classList.remove("is-printing-map");
    show(view, { width: "", height: "" });
  }
  toolButton(map, { icon: "print", icons: options.icons, label: options.label, press: print });
}
