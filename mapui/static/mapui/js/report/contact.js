// The contact for the next report is kept on this device alone, if whoever reports wants it, and forgotten by one click.

import { onForm } from "./form.js";

const KEY = "flurpost.contact";

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

function fields(form) {
  return [...form.querySelectorAll("[data-contact]")];
}

function keep(form) {
  const values = Object.fromEntries(fields(form).map((input) => [input.name, input.value]));
  localStorage.setItem(KEY, JSON.stringify(values));
}

function fill(form) {
  const box = form.querySelector("[data-keep]");
  if (!box) {
    return;
  }
  box.hidden = false;
  const values = kept();
  const isKept = Object.keys(values).length > 0;
  box.querySelector("[data-keep-contact]").checked = isKept;
  box.querySelector("[data-forget-contact]").hidden = !isKept;
  for (const input of fields(form)) {
    input.value ||= values[input.name] ?? "";
  }
}

export function contactWatch() {
  onForm((form) => {
    if (form) {
      fill(form);
    }
  });
  document.addEventListener("submit", (event) => {
    if (event.target.querySelector?.("[data-keep-contact]")?.checked) {
      keep(event.target);
    }
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-forget-contact]");
    if (!button) {
      return;
    }
    localStorage.removeItem(KEY);
    const { form } = button;
    for (const input of fields(form)) {
      input.value = "";
    }
    fill(form);
    form.querySelector("[data-contact]").focus();
  });
}
