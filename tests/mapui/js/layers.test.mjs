import assert from "node:assert/strict";
import test, { before, beforeEach } from "node:test";

import { failureWorded } from "../../../mapui/static/mapui/js/core/note.js";
import { viewFollow } from "../../../mapui/static/mapui/js/layers/inview.js";
import { fillOnce } from "../../../mapui/static/mapui/js/layers/once.js";
import { legendBox } from "../../../mapui/static/mapui/js/tools/legend.js";
import { placeAddress, servicesShown } from "../../../mapui/static/mapui/js/tools/picker.js";
import { pageMake, settled } from "./page.mjs";
import { serve } from "./server.mjs";

const NOTE = '<p class="map-note" role="status" hidden></p>';

let document = null;
let Leaflet = null;

before(async () => {
  pageMake("");
  globalThis.window.devicePixelRatio = 1;
  Leaflet = await import("../../../mapui/node_modules/leaflet/dist/leaflet-src.esm.js");
  globalThis.L = Leaflet;
});

beforeEach(() => {
  document = pageMake(NOTE);
  failureWorded("Please reload.");
});

function told() {
  const place = document.querySelector(".map-note");
  return place.hidden ? "" : place.textContent;
}

// Until a condition holds; a test that waits in vain ends by its own time limit.
async function until(holds) {
  while (!holds()) {
    await settled();
  }
}

test("what is in view is asked at each move, shown while the layer is on, cleared when it goes", async () => {
  const layer = new Leaflet.LayerGroup();
  const map = new Leaflet.Evented();
  const shown = [];
  viewFollow(layer, {
    ask: () => Promise.resolve(shown.length),
    show: (answer) => shown.push(answer),
    clear: () => shown.push("cleared"),
  });
  layer._map = map;
  layer.fire("add");
  await settled();
  map.fire("moveend");
  await settled();
  assert.deepEqual(shown, [0, 1]);
  map.fire("moveend");
  layer.fire("remove");
  map.fire("moveend");
  await settled();
  assert.deepEqual(shown, [0, 1, "cleared"]);
});

test("a view that cannot be loaded is told", async () => {
  const layer = new Leaflet.LayerGroup();
  viewFollow(layer, {
    ask: () => Promise.reject(new Error("/labels: 500")),
    show: () => assert.fail("nothing to show"),
    clear: () => {},
  });
  layer._map = new Leaflet.Evented();
  layer.fire("add");
  await settled();
  assert.equal(told(), "Error: /labels: 500");
});

test("a layer that is filled once tells its failure, unless it says what else to do", async (context) => {
  const { origin } = await serve(context, { "/a": 404 });
  const silent = new Leaflet.GeoJSON();
  let failures = 0;
  fillOnce(silent, `${origin}/a`, () => {
    failures += 1;
  });
  silent.fire("add");
  await until(() => failures === 1);
  assert.equal(told(), "");
  const loud = new Leaflet.GeoJSON();
  fillOnce(loud, `${origin}/a`);
  loud.fire("add");
  await until(() => told() !== "");
  assert.equal(told(), `Error: ${origin}/a: 404`);
});

test("a legend has a line for each entry, a question mark where it is unclear", () => {
  const entries = [
    { kind: "symbol", symbol: "done", colour: "#1b6e3c", text: "erledigt" },
    { kind: "unclear", colour: "#ffffff", text: "Unklar" },
  ];
  const box = legendBox({ title: "Legende", entries, symbols: "/s.svg" }, false);
  assert.equal(box.open, false);
  assert.equal(box.querySelector("summary").textContent, "Legende");
  const lines = [...box.querySelectorAll("li")];
  assert.deepEqual(
    lines.map((line) => line.textContent),
    ["erledigt", "?Unklar"],
  );
  assert.ok(lines[1].querySelector(".legend-unclear"));
});

test("the address of a place keeps the parameters it had and names zoom and services", () => {
  globalThis.location = { href: "https://flurpost.example/triage/?page=2" };
  const shown = { zoom: 17, services: ["dop", "kataster"] };
  const address = placeAddress("/triage/parcel/?jurisdiction=a.de", { lat: 51.5, lng: 7.123456789 }, shown);
  const place = "lat=51.5000000&lon=7.1234568&zoom=17&services=dop%2Ckataster";
  assert.equal(address, `/triage/parcel/?jurisdiction=a.de&${place}`);
});

test("services are asked that are on the map and drawn at its zoom", () => {
  const layers = [
    { wmsParams: { layers: "near" }, options: { minZoom: 17, maxZoom: 20 } },
    { wmsParams: { layers: "far" }, options: { minZoom: 0, maxZoom: 15 } },
    { wmsParams: { layers: "always" }, options: { minZoom: 0, maxZoom: 20 } },
    { options: {} },
  ];
  const map = { getZoom: () => 17, eachLayer: (act) => layers.forEach(act) };
  assert.deepEqual(servicesShown(map), ["near", "always"]);
});
