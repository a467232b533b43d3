import assert from "node:assert/strict";
import { createRequire } from "node:module";
import test, { beforeEach } from "node:test";

import { placeText } from "../../../mapui/static/mapui/js/tools/coordinates.js";
import { areaText, lengthText, measured } from "../../../mapui/static/mapui/js/tools/measuring.js";
import { suggestionItem } from "../../../mapui/static/mapui/js/tools/search.js";
import { pageMake } from "./page.mjs";

// The libraries' own modules, as `core/libraries.js` would leave them.
const installed = createRequire(new URL("../../../mapui/package.json", import.meta.url));
const geodesic = installed("geographiclib-geodesic");
const proj4 = installed("proj4");

const UTM = "+proj=utm +zone=32 +ellps=GRS80 +units=m +no_defs";
// By pyproj 382,824.71 and 5,712,343.40.
const CASTROP_UTM = /^382825 5712343$/u;
const CASTROP = { lat: 51.55, lng: 7.31 };

beforeEach(() => {
  pageMake("").documentElement.lang = "de";
});

test("a place is told in degrees, or in metres of a system", () => {
  assert.equal(placeText({ name: "WGS 84", definition: "" }, CASTROP, null), "51,55000°, 7,31000°");
  assert.match(placeText({ name: "UTM", definition: UTM }, CASTROP, proj4), CASTROP_UTM);
});

test("a line and an area are measured on the ellipsoid", () => {
  const degree = measured(geodesic, [
    { lat: 51, lng: 7 },
    { lat: 52, lng: 7 },
  ]);
  // A degree of latitude there on WGS 84; on a sphere it would be 111,195 m.
  assert.ok(Math.abs(degree.length - 111_257) < 5, String(degree.length));
  assert.equal(degree.area, 0);
  const square = [
    { lat: 51.55, lng: 7.31 },
    { lat: 51.55, lng: 7.312 },
    { lat: 51.551, lng: 7.312 },
    { lat: 51.551, lng: 7.31 },
  ];
  const { area } = measured(geodesic, square);
  assert.ok(Math.abs(area - 138.7 * 111.26) < 60, String(area));
  assert.equal(measured(geodesic, [...square].reverse()).area.toFixed(3), area.toFixed(3));
});

test("lengths and areas have fitting units", () => {
  assert.equal(lengthText(12.34), "12,3 m");
  assert.equal(lengthText(1234.5), "1,23 km");
  assert.equal(areaText(9999), "9.999 m²");
  assert.equal(areaText(12_345), "1,23 ha");
});

test("a suggestion is text only", () => {
  const item = suggestionItem({ kind: "Straße", label: "<b>Weg</b>", detail: "" }, 3);
  assert.equal(item.id, "suggestion-3");
  assert.equal(item.querySelector(".suggestion-label").textContent, "<b>Weg</b>");
  assert.equal(item.querySelector("b"), null);
});
