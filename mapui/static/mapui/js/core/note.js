// What is told over the map; while there is nothing else, that not everything is shown.

const cuts = new Map();
let failure = "";

export function note(text) {
  const place = document.querySelector(".map-note[role=status]");
  if (!place) {
    return;
  }
  const shown = text || [...new Set(cuts.values())].join(" ");
  place.textContent = shown;
  place.hidden = !shown;
}

// Says of one layer that it does not show all, or takes that back with an empty text.
export function noteCut(layer, text) {
  if (text) {
    cuts.set(layer, text);
  } else {
    cuts.delete(layer);
  }
  note("");
}

// How failures are told on this page.
export function failureWorded(text) {
  failure = text;
}

export function noteFailure() {
  note(failure);
}
