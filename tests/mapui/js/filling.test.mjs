import assert from "node:assert/strict";
import test from "node:test";

import { fillingWatch } from "../../../mapui/static/mapui/js/case/filling.js";
import { pageMake } from "./page.mjs";

test("a text is put into the field of the same form, and the field hears of it", () => {
  const document = pageMake(`<form><textarea name="reply">old</textarea>
    <button type="button" data-fill="reply" data-text="Ihre Meldung ist da."></button></form>`);
  fillingWatch();
  let heard = 0;
  const field = document.querySelector("textarea");
  const form = document.querySelector("form");
  form.elements ??= { reply: field };
  field.addEventListener("input", () => {
    heard += 1;
  });
  document.querySelector("button").dispatchEvent(new Event("click", { bubbles: true }));
  assert.equal(field.value, "Ihre Meldung ist da.");
  assert.equal(heard, 1);
});
