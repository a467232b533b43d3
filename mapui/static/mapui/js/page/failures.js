// Requests of htmx that came to nothing are told over the map; that the session ended is told on the page. The form of a
// report tells its own.

import { noteFailure } from "../core/note.js";
import { isSignedOut } from "./signed_out.js";

export function failuresWatch() {
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      if (!(isSignedOut(event) || event.target.closest("#report"))) {
        noteFailure();
      }
    });
  }
}
