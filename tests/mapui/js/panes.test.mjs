// The widths of panes by keyboard.

import assert from "node:assert/strict";
import { test } from "node:test";
import { widest, widthAfter } from "../../../mapui/static/mapui/js/page/panes.js";

test("the list grows to the right and the report to the left", () => {
  const given = { width: 300, most: 500 };
  assert.equal(widthAfter("ArrowRight", { ...given, name: "queue" }), 324);
  assert.equal(widthAfter("ArrowRight", { ...given, name: "report" }), 276);
  assert.equal(widthAfter("ArrowLeft", { ...given, name: "report" }), 324);
});

test("a pane is never too narrow nor too wide", () => {
  const given = { name: "queue", width: 490, most: 500 };
  assert.equal(widthAfter("ArrowRight", given), 500);
  assert.equal(widthAfter("Home", given), 220);
  assert.equal(widthAfter("End", given), 500);
  assert.equal(widest(300), 220);
  assert.equal(widest(1280), 600);
});

test("other keys mean nothing to a separator", () => {
  assert.equal(widthAfter("Tab", { name: "queue", width: 300, most: 500 }), null);
});
