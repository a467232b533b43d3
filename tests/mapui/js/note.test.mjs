import assert from "node:assert/strict";
import test from "node:test";

import { failureWorded, note, noteCut, noteFailure } from "../../../mapui/static/mapui/js/core/note.js";
import { pageMake } from "./page.mjs";

function placeMake() {
  const document = pageMake('<p class="map-note" role="status" hidden></p>');
  return document.querySelector("p");
}

test("a note is shown until an empty one takes it away", () => {
  const place = placeMake();
  note("Zoom in.");
  assert.deepEqual([place.textContent, place.hidden], ["Zoom in.", false]);
  note("");
  assert.deepEqual([place.textContent, place.hidden], ["", true]);
});

test("what is cut is said while there is no other note, once for layers that say the same", () => {
  const place = placeMake();
  noteCut("split", "Not everything is shown.");
  noteCut("merged", "Not everything is shown.");
  noteCut("labels", "Not all numbers.");
  assert.equal(place.textContent, "Not everything is shown. Not all numbers.");
  note("Click.");
  assert.equal(place.textContent, "Click.");
  note("");
  noteCut("split", "");
  assert.equal(place.textContent, "Not everything is shown. Not all numbers.");
  noteCut("merged", "");
  noteCut("labels", "");
  assert.equal(place.hidden, true);
});

test("a failure is told in the page's own words", () => {
  const place = placeMake();
  failureWorded("Please reload.");
  noteFailure();
  assert.equal(place.textContent, "Please reload.");
});

test("a page without a place for notes shows none", () => {
  const document = pageMake('<noscript><p class="map-note">No script.</p></noscript>');
  note("lost");
  assert.equal(document.body.textContent.includes("lost"), false);
});
