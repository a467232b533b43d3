// What is typed while a photo is on its way stays: the answer brings the form as it was when it was sent.

import { onForm, reportForm } from "./form.js";

const TYPED = "textarea, select, input:not([type=hidden], [type=file], [type=checkbox], [type=radio])";

function values() {
  return new Map([...reportForm().querySelectorAll(TYPED)].map((input) => [input.name, input.value]));
}

export function meanwhileWatch() {
  let sent = new Map();
  let typed = new Map();

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target.id === "report") {
      sent = values();
    }
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id === "report") {
      typed = new Map([...values()].filter(([name, value]) => value !== sent.get(name)));
    }
  });
  onForm((form) => {
    for (const [name, value] of typed) {
      const input = form?.querySelector(`[name="${name}"]`);
      if (input) {
        input.value = value;
      }
    }
    typed = new Map();
  });
}
