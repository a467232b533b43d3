// A session that ended while the page was open: told on the page, which stays as it is with all that is typed on it.

import { hasTyped } from "./typed.js";

export function isSignedOut({ detail }) {
  return detail?.xhr?.status === 401;
}

function tell(notice) {
  const link = notice.querySelector("a");
  const { pathname, search } = globalThis.location;
  link.href = `${link.pathname}?${new URLSearchParams({ next: pathname + search })}`;
  notice.querySelector("[data-typed-kept]").hidden = !hasTyped();
  notice.hidden = false;
}

export function signedOutWatch() {
  const notice = document.querySelector("[data-signed-out]");
  document.addEventListener("htmx:responseError", (event) => {
    if (isSignedOut(event)) {
      tell(notice);
    }
  });
}
