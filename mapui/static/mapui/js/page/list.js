// The list beside the map: what it shows is what the map shows.

import { CHOICE_CHANGED, raise } from "../core/events.js";
import { selectionMark } from "../core/selection.js";

// The address of the list's issues for the map; undefined where there is no list.
export function listFeed() {
  return document.querySelector("#issue-list")?.dataset.feed;
}

export function listWatch() {
  let feed = listFeed();
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id !== "issue-list") {
      return;
    }
    selectionMark();
    const former = feed;
    feed = listFeed();
    if (feed !== former) {
      raise(CHOICE_CHANGED);
    }
  });
}
