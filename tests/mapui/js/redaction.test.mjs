import assert from "node:assert/strict";
import test from "node:test";

import { boxBetween, redactionWatch } from "../../../mapui/static/mapui/js/case/redaction.js";
import { pageMake } from "./page.mjs";

const SIZE = [400, 300];
const ROW = `<li class="box-row"><input name="left"><input name="top"><input name="width"><input name="height">
  <button type="button" data-box-remove hidden></button></li>`;
const FORM = `<details class="photo-edit"><form>
  <div class="photo-frame" data-width="400" data-height="300"></div>
  <ol class="boxes"></ol><template>${ROW}</template>
  <button type="button" data-box-add></button></form></details>`;

test("box lies between two points, whichever comes first", () => {
  const box = { left: 10, top: 20, width: 90, height: 30 };
  assert.deepEqual(boxBetween({ x: 10, y: 20 }, { x: 100, y: 50 }, SIZE), box);
  assert.deepEqual(boxBetween({ x: 100, y: 20 }, { x: 10, y: 50 }, SIZE), box);
  assert.deepEqual(boxBetween({ x: 100.4, y: 49.6 }, { x: 9.7, y: 20.2 }, SIZE), box);
});

test("box is cut at the edges of the photo", () => {
  const whole = { left: 0, top: 0, width: 400, height: 300 };
  assert.deepEqual(boxBetween({ x: -50, y: -1 }, { x: 999, y: 301 }, SIZE), whole);
  assert.equal(boxBetween({ x: 500, y: 10 }, { x: 600, y: 20 }, SIZE).width, 0);
});

function click(document, selector) {
  document.querySelector(selector).dispatchEvent(new Event("click", { bubbles: true }));
}

test("box is added, drawn and removed without a pointer", () => {
  const document = pageMake(FORM);
  redactionWatch();
  click(document, "[data-box-add]");
  const values = [...document.querySelectorAll(".boxes input")].map((field) => field.value);
  assert.deepEqual(values.map(Number), [100, 75, 100, 75]);
  assert.equal(document.querySelector(".photo-box").style.left, "25%");
  assert.equal(document.querySelector(".photo-box").style.height, "25%");
  click(document, ".boxes [data-box-remove]");
  assert.equal(document.querySelectorAll(".box-row, .photo-box").length, 0);
});
