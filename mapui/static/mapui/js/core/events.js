// What happens on a page, by name. The server sends ISSUES_CHANGED (HX-Trigger); the page raises the others.

// Issues are no longer what they were: list and map load anew.
export const ISSUES_CHANGED = "issues-changed";
// A step was taken: { number } of its report. The list came along; the map loads anew.
export const STEP_DONE = "step-done";
// The list shows another choice: the map loads what belongs to it.
export const CHOICE_CHANGED = "choice-changed";
// The list has other rows than before, or the same anew.
export const LIST_SHOWN = "list-shown";
// The list is to show what lies in an extent: { bbox, focus }.
export const EXTENT_CHOSEN = "extent-chosen";
// Somebody points at a place: { grid, zoom } of a mark, { grid } of a row, null when they no longer do.
export const PLACE_HINTED = "place-hinted";
// Something is open beside the map: { number, parcel, zoomToParcel, isDecided, place }, empty or null what it does not have.
export const DETAILS_SHOWN = "details-shown";
export const DETAILS_CLOSED = "details-closed";

export function on(name, react) {
  document.addEventListener(name, (event) => react(event.detail));
}

export function raise(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}
