// Requests of htmx that came to nothing are told over the map.

import { noteFailure } from "../core/note.js";

export function failuresWatch() {
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, noteFailure);
  }
}
