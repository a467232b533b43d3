// The list beside the map: what it shows is what the map shows.

import { CHOICE_CHANGED, ISSUES_CHANGED, LIST_SHOWN, on, PLACE_HINTED, raise } from "../core/events.js";
import { cellOf, gridOf } from "../core/grid.js";
import { selectedNumber, selectionMark } from "../core/selection.js";

// The address of the list's issues for the map; undefined where there is no list.
export function listFeed() {
  return document.querySelector("#issue-list")?.dataset.feed;
}

// Rows whose issues are drawn as the mark or in the cluster that somebody points at.
function rowsMark(hinted) {
  for (const row of document.querySelectorAll(".issue")) {
    const grid = gridOf(row);
    const isMeant = Boolean(hinted?.zoom && grid) && cellOf(grid, hinted.zoom) === cellOf(hinted.grid, hinted.zoom);
    row.classList.toggle("is-hinted", isMeant);
  }
}

function rowsWatch() {
  for (const name of ["pointerover", "focusin"]) {
    document.addEventListener(name, (event) => {
      const grid = gridOf(event.target.closest?.(".issue"));
      if (grid) {
        raise(PLACE_HINTED, { grid });
      }
    });
  }
  for (const name of ["pointerout", "focusout"]) {
    document.addEventListener(name, (event) => {
      if (event.target.closest?.(".issue")) {
        raise(PLACE_HINTED, null);
      }
    });
  }
}

// The number of the report that the list shows behind the open one: "" at its end, its first where it shows another.
export function numberAfter(number) {
  const rows = [...document.querySelectorAll(".issue")];
  const at = rows.findIndex((row) => row.dataset.number === number);
  return rows[at + 1]?.dataset.number ?? "";
}

export function listWatch() {
  let feed = listFeed();
  rowsWatch();
  on(PLACE_HINTED, rowsMark);
  function shown(event) {
    if (event.detail.target?.id !== "issue-list") {
      return;
    }
    selectionMark();
    const former = feed;
    feed = listFeed();
    if (feed !== former) {
      raise(CHOICE_CHANGED);
    }
    raise(LIST_SHOWN);
  }
  document.addEventListener("htmx:afterSettle", shown);
  document.addEventListener("htmx:oobAfterSwap", shown);
  // The news bring the list; the map loads what they speak of.
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-news]")) {
      raise(ISSUES_CHANGED);
    }
  });
  // The server opens the next report after a step: which it is, the list knows.
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.verb === "post") {
      detail.headers["Queue-Next"] = numberAfter(selectedNumber());
    }
  });
}
