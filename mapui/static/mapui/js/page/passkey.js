// Passkeys of citizens: the options are asked for when the button is pressed, and the form is sent with the answer. The
// form of a report is put in its place anew at each step, so the buttons are shown by whoever calls this.

import { answered } from "../core/credentials.js";

async function optionsAsk(box, kind, token) {
  const body = new URLSearchParams({ jurisdiction: box.dataset.jurisdiction });
  if (kind === "create") {
    body.set("new", "1");
  }
  const headers = { "X-CSRFToken": token, accept: "application/json" };
  const response = await fetch(box.dataset.passkeyAddress, { method: "POST", body, headers });
  if (!response.ok) {
    throw new Error(`answer ${response.status}`);
  }
  return response.json();
}

async function passkeyUse(button) {
  const { form } = button;
  const box = button.closest("[data-passkey-address]");
  const failure = box.querySelector("[data-passkey-failed]");
  failure.hidden = true;
  try {
    const kind = button.dataset.passkey;
    const options = await optionsAsk(box, kind, form.elements.csrfmiddlewaretoken.value);
    const credential = await answered(kind, options);
    form.elements.credential.value = JSON.stringify(credential.toJSON());
  } catch {
    // Refused, timed out, no connection, or the browser has no such key.
    failure.hidden = false;
    return;
  }
  // Clicked, and not submitted by us: htmx sends the button that was clicked last.
  box.querySelector("[data-passkey-send]").click();
}

export function passkeysShow() {
  for (const button of document.querySelectorAll("[data-passkey]")) {
    button.hidden = !globalThis.PublicKeyCredential;
  }
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-passkey]");
  if (button) {
    passkeyUse(button);
  }
});
passkeysShow();
