// The list follows the map: somebody moves the map, and after a short wait the list shows what lies in sight.

import { EXTENT_CHOSEN, on } from "../core/events.js";
import { isMovedByPage, moveQuietly } from "../core/moving.js";

const WAIT_MS = 400;
const DECIMALS = 5;

// The bounds of an extent in an address, south-west and north-east corner; null where there is none.
export function boundsOf(text) {
  const [west, south, east, north] = (text || "").split(",").map(Number);
  return Number.isFinite(north)
    ? [
        [south, west],
        [north, east],
      ]
    : null;
}

export function bboxOf(bounds) {
  const sides = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  return sides.map((side) => side.toFixed(DECIMALS)).join(",");
}

// The address of the list with what the form holds; an issue that is open stays so.
export function listAddress(form, shown) {
  const address = new URL(form.getAttribute("action"), shown);
  for (const field of form.elements) {
    if (field.name && field.value) {
      address.searchParams.set(field.name, field.value);
    }
  }
  const asked = address.pathname + address.search;
  const issue = new URL(shown).searchParams.get("issue");
  if (issue) {
    address.searchParams.set("issue", issue);
  }
  return { asked, named: address.pathname + address.search };
}

function viewOf(map) {
  return `${map.getZoom()}/${map.getCenter().toString()}`;
}

// Going back leads to where the map was before somebody began to move it: moves that follow each other are one entry.
function addressMove(address) {
  const { history } = globalThis;
  const state = { htmx: true, isMove: true };
  if (history.state?.isMove) {
    history.replaceState(state, "", address);
  } else {
    history.pushState(state, "", address);
  }
}

export function listFollow(map, whole) {
  const form = document.querySelector("form.filters");
  if (!form?.elements.bbox) {
    return;
  }
  let timer = 0;
  let view = viewOf(map);
  let size = map.getSize().toString();

  async function follow({ bbox, focus }) {
    clearTimeout(timer);
    form.elements.bbox.value = bbox;
    const { asked, named } = listAddress(form, globalThis.location.href);
    addressMove(named);
    await htmx.ajax("GET", asked, { target: "#issue-list", swap: "outerHTML" });
    if (focus) {
      document.querySelector("#issue-list").focus();
    }
  }

  map.on("moveend", () => {
    const [formerView, formerSize] = [view, size];
    view = viewOf(map);
    size = map.getSize().toString();
    // Another size of the window or of a pane is no move, whatever it does to the middle.
    if (isMovedByPage() || view === formerView || size !== formerSize) {
      return;
    }
    clearTimeout(timer);
    timer = setTimeout(() => follow({ bbox: bboxOf(map.getBounds()), focus: false }), WAIT_MS);
  });
  on(EXTENT_CHOSEN, follow);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-whole]")) {
      clearTimeout(timer);
      form.elements.bbox.value = "";
      moveQuietly(() => map.fitBounds(whole, { animate: false }));
    }
  });
}
