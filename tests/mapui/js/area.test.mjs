// The corners of a drawn area, as the address has them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { areaPoints, areaText, hull, isCrossed } from "../../../mapui/static/mapui/js/tools/area.js";

test("corners are longitude and latitude, and come back the other way round", () => {
  const points = [
    { lat: 51.5, lng: 7.3 },
    { lat: 51.6, lng: 7.3 },
    { lat: 51.6, lng: 7.4 },
  ];
  const text = areaText(points);
  assert.equal(text, "7.300000 51.500000,7.300000 51.600000,7.400000 51.600000");
  assert.deepEqual(areaPoints(text), [
    [51.5, 7.3],
    [51.6, 7.3],
    [51.6, 7.4],
  ]);
});

test("what is no area has no corners", () => {
  for (const text of ["", undefined, "7 51,8 52", "x y,1 2,3", "7.3"]) {
    assert.deepEqual(areaPoints(text), []);
  }
});

const SQUARE = [
  { lat: 0, lng: 0 },
  { lat: 0, lng: 2 },
  { lat: 2, lng: 2 },
  { lat: 2, lng: 0 },
];

test("a line that is drawn over itself is seen, whichever sides cross", () => {
  assert.equal(isCrossed(SQUARE), false);
  assert.equal(isCrossed([SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]]), true);
  assert.equal(isCrossed([...SQUARE, { lat: -1, lng: 1 }]), true);
  assert.equal(isCrossed(SQUARE.slice(0, 3)), false);
});

test("the hull holds every corner and has no dent", () => {
  const dented = [...SQUARE, { lat: 1, lng: 1 }, { lat: 0, lng: 1 }];
  assert.deepEqual(new Set(hull(dented)), new Set(SQUARE));
});
