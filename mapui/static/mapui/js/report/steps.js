// From step to step on one page: the focus goes to what is new, and the browser's back button goes a step back.

import { onForm } from "./form.js";

export function stepsWatch() {
  let step = null;
  let isBack = false;

  onForm((form) => {
    if (!form) {
      return;
    }
    const former = step;
    ({ step } = form.dataset);
    if (former === null) {
      history.replaceState({ report: step }, "");
      return;
    }
    const errors = form.querySelector("#report-errors");
    if (step !== former && !isBack) {
      history.pushState({ report: step }, "");
    }
    isBack = false;
    if (errors) {
      errors.focus();
    } else if (step !== former || document.activeElement === document.body) {
      // What had the focus is gone.
      form.querySelector(".step-title")?.focus({ preventScroll: true });
    }
    if (step !== former) {
      globalThis.scrollTo({ top: 0 });
    }
  });

  // Nothing typed is lost: the form stays, and can be sent again.
  for (const name of ["htmx:sendError", "htmx:responseError"]) {
    document.addEventListener(name, () => {
      const told = document.querySelector("#report [data-connection]");
      if (told) {
        told.hidden = false;
        told.querySelector("[data-keep-here]").hidden = !navigator.locks;
        told.focus();
      }
    });
  }

  globalThis.addEventListener("popstate", (event) => {
    const wanted = event.state?.report;
    const button = wanted && document.querySelector(`.steps button[value="${wanted}"]`);
    if (button) {
      isBack = true;
      button.click();
    }
  });
}
