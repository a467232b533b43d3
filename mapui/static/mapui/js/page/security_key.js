// Security keys (WebAuthn): the form is sent with what the browser's key answers to the options in it.

import { answered } from "../core/credentials.js";

for (const form of document.querySelectorAll("form[data-security-key]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const options = JSON.parse(form.querySelector("script[type='application/json']").textContent);
    const failure = form.querySelector("[role='alert']");
    failure.hidden = true;
    try {
      const credential = await answered(form.dataset.securityKey, options);
      form.elements.credential.value = JSON.stringify(credential.toJSON());
    } catch {
      // Refused, timed out, or the browser knows no keys.
      failure.hidden = false;
      return;
    }
    form.submit();
  });
}
