// What is opened beside the map: loaded, announced, closed.

import { DETAILS_CLOSED, DETAILS_SHOWN, raise } from "../core/events.js";
import { modes } from "../core/modes.js";
import { select, selectedNumber } from "../core/selection.js";

// Where list, map and details stand beside each other; below each other the page would leave the map.
const BESIDE = "(min-width: 56.01rem)";

export function detailsOpen(url) {
  // In a frame of another page there is no room for it.
  if (!document.querySelector("#details")) {
    globalThis.open(url, "_blank", "noopener");
    return;
  }
  htmx.ajax("GET", url, { target: "#details", swap: "innerHTML" });
}

// Marks what is shown and tells the map; the title takes the focus, so that it is read out, when somebody asked for it.
export function detailsShown({ focus }) {
  const shown = document.querySelector("#details .details");
  if (!shown) {
    return;
  }
  const { number = "", parcel = "", latitude, longitude, accuracy = "" } = shown.dataset;
  select(number);
  raise(DETAILS_SHOWN, {
    number,
    parcel,
    zoomToParcel: "zoomToParcel" in shown.dataset,
    isDecided: "decided" in shown.dataset,
    place: latitude ? [Number(latitude), Number(longitude)] : null,
    accuracy: Number(accuracy),
  });
  const opened = shown.querySelector("[data-opened] > summary");
  const next = shown.querySelector("[data-focus]");
  if (focus && opened) {
    opened.focus();
  } else if (focus && next) {
    // What comes next, where only one thing does; what has to be read before it is in sight.
    shown.scrollIntoView({ block: "start" });
    next.focus({ preventScroll: true });
  } else if (focus) {
    shown.querySelector(".details-title").focus({ preventScroll: false });
  }
  if (globalThis.matchMedia?.(BESIDE).matches ?? true) {
    document.querySelector(".issue.is-selected")?.scrollIntoView?.({ block: "nearest" });
  }
}

// The address no longer names a report once none is open; going back leads to it.
function addressEmpty() {
  const address = new URL(globalThis.location.href);
  if (address.searchParams.has("issue")) {
    address.searchParams.delete("issue");
    // htmx brings back the page of such an entry when somebody goes back to it.
    globalThis.history.pushState({ htmx: true }, "", address);
  }
}

export function detailsClose() {
  const details = document.querySelector("#details");
  if (!details?.firstElementChild) {
    return;
  }
  const number = selectedNumber();
  details.replaceChildren();
  addressEmpty();
  select("");
  raise(DETAILS_CLOSED);
  const back = [...document.querySelectorAll(".issue")].find((node) => node.dataset.number === number);
  (back ? back.querySelector("a") : document.querySelector("#issue-list")).focus();
}

export function detailsWatch() {
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id === "details") {
      detailsShown({ focus: true });
      if (!selectedNumber()) {
        addressEmpty();
      }
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close-details]")) {
      detailsClose();
    }
  });
  // Escape leaves the tool at hand first.
  document.addEventListener("keydown", (event) => {
    // A dialog closes by itself, and it alone.
    if (event.key !== "Escape" || document.querySelector("dialog[open]")) {
      return;
    }
    if (modes.isResting()) {
      detailsClose();
    } else {
      modes.leave();
    }
  });
}
