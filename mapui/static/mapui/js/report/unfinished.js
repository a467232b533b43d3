// A report that is not sent yet outlives a reload and a look at another page, in this tab. Its photos lie at the server,
// under the number of the report. The contact is not kept: other people may use this tab later.

import { field, onForm, put, reportForm, STEP_WHERE } from "./form.js";

const KEY = "flurpost.report.";
const OWN = ["csrfmiddlewaretoken", "step", "to", "entry", "jurisdiction", "proof", "photos", "heads"];
const CONTACT = ["first_name", "last_name", "email", "phone"];
const SENT = "sent";

function store() {
  try {
    return globalThis.sessionStorage;
  } catch {
    return null;
  }
}

// A city's own: one tab may look at several.
function keyOf(form) {
  return KEY + form.elements.jurisdiction.value;
}

export function unfinishedDrop(form) {
  store()?.removeItem(keyOf(form));
}

function keep(form) {
  const values = [...new FormData(form)].filter(
    ([name, value]) => value !== "" && !OWN.includes(name) && !CONTACT.includes(name),
  );
  if (values.length === 0 && !form.querySelector(".thumbnails")) {
    unfinishedDrop(form);
    return;
  }
  const { step } = form.dataset;
  try {
    store()?.setItem(keyOf(form), JSON.stringify({ step, entry: form.elements.entry.value, values }));
  } catch {
    // A full store: the report stands on the page and nowhere else.
  }
}

// The server makes the page of what was kept, as of what is typed.
function restore(form, { step, entry, values }) {
  for (const name of new Set(values.map(([one]) => one))) {
    field(name)?.remove();
  }
  for (const [name, value] of values) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name, value });
    form.append(input);
  }
  put("entry", entry);
  put("step", step);
  put("proof", "");
  const button = document.createElement("button");
  Object.assign(button, { name: "to", value: step, hidden: true });
  form.append(button);
  button.click();
}

export function unfinishedWatch() {
  const first = reportForm();
  if (!first?.elements) {
    return;
  }
  const kept = JSON.parse(store()?.getItem(keyOf(first)) ?? "null");
  const told = document.querySelector("[data-unfinished]");
  told.querySelector("a").addEventListener("click", () => unfinishedDrop(first));

  document.addEventListener("input", ({ target }) => {
    if (target.form && target.form === reportForm()) {
      keep(target.form);
    }
  });
  // Sent: the answer leads to the page of the report.
  document.addEventListener("htmx:beforeOnLoad", ({ detail }) => {
    if (detail.requestConfig.parameters.to === SENT && detail.xhr.getResponseHeader("HX-Redirect")) {
      unfinishedDrop(first);
    }
  });
  document.addEventListener("DOMContentLoaded", () => {
    if (kept && first.dataset.step === STEP_WHERE) {
      told.hidden = false;
      restore(first, kept);
    }
    onForm((form) => {
      if (!form.elements) {
        // Whoever has joined another report has no own one any more.
        unfinishedDrop(first);
      } else if (form !== first) {
        keep(form);
      }
    });
  });
}
