import assert from "node:assert/strict";
import test from "node:test";

import { DETAILS_SHOWN, ISSUES_CHANGED, on, raise } from "../../../mapui/static/mapui/js/core/events.js";
import { pageMake } from "./page.mjs";

test("who listens to a name gets what was raised under it and nothing else", () => {
  pageMake("");
  const heard = [];
  on(DETAILS_SHOWN, (detail) => heard.push(detail));
  raise(DETAILS_SHOWN, { number: "CAS-1" });
  raise(ISSUES_CHANGED);
  assert.deepEqual(heard, [{ number: "CAS-1" }]);
});

test("what the server sends is raised on an element and comes up to the page", () => {
  const document = pageMake("<form></form>");
  let heard = 0;
  on("issues-changed", () => {
    heard += 1;
  });
  document.querySelector("form").dispatchEvent(new CustomEvent("issues-changed", { bubbles: true }));
  assert.equal(heard, 1);
});
