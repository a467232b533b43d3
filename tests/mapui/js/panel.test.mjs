import assert from "node:assert/strict";
import test, { before, beforeEach } from "node:test";

import { addressAgain, holesWatch, isHole } from "../../../mapui/static/mapui/js/tools/holes.js";
import { groups, layerPanel } from "../../../mapui/static/mapui/js/tools/layers.js";
import { pageMake, settled } from "./page.mjs";
import { serve } from "./server.mjs";

const TEXTS = {
  layers: "Layers",
  background: "Background",
  own: "Content",
  services: "Services",
  opacity: "Opacity",
  legend: "Legend",
  noLegend: "No legend.",
  licence: "Licence",
  holes: "Some are missing.",
};
const HOSTILE = "</script><img src=x onerror=alert(1)> `$" + "{x}`";

let document = null;

before(async () => {
  pageMake("");
  globalThis.window.devicePixelRatio = 1;
  globalThis.L = await import("../../../mapui/node_modules/leaflet/dist/leaflet-src.esm.js");
});

beforeEach(() => {
  document = pageMake("");
});

// What of Leaflet's map the list needs.
function mapMake() {
  const shown = new Set();
  const listeners = [];
  const map = {
    zoom: 13,
    getZoom: () => map.zoom,
    getSize: () => ({ x: 320, y: 300 }),
    hasLayer: (layer) => shown.has(layer),
    on: (_names, react) => listeners.push(react),
    changed: () => {
      for (const react of listeners) {
        react();
      }
    },
    addControl: (control) => document.body.append(control.onAdd()),
    shown,
  };
  return map;
}

function layerMake(map, options = {}) {
  const reactions = {};
  const layer = {
    options,
    reactions,
    opacity: 1,
    on: (name, react) => {
      reactions[name] = react;
    },
    setOpacity: (value) => {
      layer.opacity = value;
    },
    setZIndex: (value) => {
      layer.zIndex = value;
    },
    addTo: () => {
      map.shown.add(layer);
      map.changed();
    },
    remove: () => {
      map.shown.delete(layer);
      map.changed();
    },
  };
  return layer;
}

function service(map, slug, change) {
  const about = {
    slug,
    name: slug,
    group: "",
    background: false,
    opacity: 60,
    legend: `/map-services/${slug}/legend`,
    attribution: "© Amt",
    licence: "",
    licenceUrl: "",
    note: "",
    zoomNote: "From zoom 15.",
    ...change,
  };
  return { layer: layerMake(map, { minZoom: 15 }), about };
}

function panelMake(map, entries) {
  const control = { addTo: (target) => target.addControl(control) };
  globalThis.L = { control: () => control, DomEvent: { disableClickPropagation() {}, disableScrollPropagation() {} } };
  layerPanel(map, entries, { states: "/states", texts: TEXTS });
  return document.querySelector(".layers-control");
}

function flip(input, isOn) {
  input.checked = isOn;
  input.dispatchEvent(new Event("change"));
}

test("layers stand in groups: backgrounds, the service's group, services, own content", () => {
  const map = mapMake();
  const entries = [
    service(map, "a", { background: true, group: "Amt" }),
    service(map, "b", { group: "Amt" }),
    service(map, "c"),
    { layer: layerMake(map), about: { name: "Issues", group: "", background: false } },
  ];
  assert.deepEqual([...groups(entries, TEXTS).keys()], ["Background", "Amt", "Services", "Content"]);
});

test("a background takes the place of the one before, overlays come beside each other", () => {
  const map = mapMake();
  const entries = [
    service(map, "a", { background: true }),
    service(map, "b", { background: true }),
    service(map, "c"),
    service(map, "d"),
  ];
  map.shown.add(entries[0].layer);
  const inputs = [...panelMake(map, entries).querySelectorAll("input[type=radio], input[type=checkbox]")];
  assert.deepEqual(
    inputs.map((input) => input.checked),
    [true, false, false, false],
  );
  for (const input of inputs.slice(1)) {
    flip(input, true);
  }
  assert.deepEqual(
    entries.map((entry) => map.shown.has(entry.layer)),
    [false, true, true, true],
  );
  flip(inputs[2], false);
  assert.equal(map.shown.has(entries[2].layer), false);
  assert.deepEqual(
    entries.map((entry) => entry.layer.zIndex),
    [1, 2, 3, 4],
  );
});

test("opacity, legend and source show while the layer is on, the hint while the zoom is too small", () => {
  const map = mapMake();
  const entry = service(map, "a");
  const panel = panelMake(map, [entry]);
  const more = panel.querySelector(".layer-more");
  assert.equal(more.hidden, true);
  flip(panel.querySelector("input[type=checkbox]"), true);
  assert.equal(more.hidden, false);
  assert.equal(panel.querySelector(".layer-zoom").hidden, false);
  map.zoom = 15;
  map.changed();
  assert.equal(panel.querySelector(".layer-zoom").hidden, true);
  const slider = panel.querySelector("input[type=range]");
  assert.equal(slider.value, "60");
  slider.value = "25";
  slider.dispatchEvent(new Event("input"));
  assert.equal(entry.layer.opacity, 0.25);
});

test("the legend is asked for when it is opened; one pixel is none", () => {
  const map = mapMake();
  const panel = panelMake(map, [service(map, "a")]);
  const legend = panel.querySelector("details");
  assert.equal(legend.querySelector("img"), null);
  legend.open = true;
  legend.dispatchEvent(new Event("toggle"));
  const image = legend.querySelector("img");
  assert.equal(image.getAttribute("src"), "/map-services/a/legend");
  Object.defineProperty(image, "naturalWidth", { value: 1 });
  image.dispatchEvent(new Event("load"));
  assert.equal(legend.querySelector("img"), null);
  assert.equal(legend.querySelector("p").textContent, "No legend.");
});

test("texts of services stay text, and a licence leads to its words", () => {
  const map = mapMake();
  const words = {
    name: HOSTILE,
    group: HOSTILE,
    attribution: HOSTILE,
    licence: "CC",
    licenceUrl: "https://a.example/",
  };
  const panel = panelMake(map, [service(map, "a", words)]);
  assert.equal(panel.querySelector("img, script"), null);
  assert.equal(panel.querySelector("fieldset > legend").textContent, HOSTILE);
  assert.equal(panel.querySelector(".layer-source a").getAttribute("href"), "https://a.example/");
});

test("the button opens and closes the list, Escape closes it and no other", () => {
  const map = mapMake();
  const panel = panelMake(map, [service(map, "a")]);
  const button = panel.querySelector("button");
  const list = panel.querySelector(".layers-list");
  assert.deepEqual([list.hidden, button.getAttribute("aria-expanded")], [true, "false"]);
  button.dispatchEvent(new Event("click"));
  assert.deepEqual([list.hidden, button.getAttribute("aria-expanded")], [false, "true"]);
  assert.equal(button.getAttribute("aria-controls"), list.id);
  const pressed = Object.assign(new Event("keydown", { bubbles: true }), { key: "Escape" });
  button.focus = () => {};
  list.dispatchEvent(pressed);
  assert.equal(list.hidden, true);
});

test("an address asked for again is another one", () => {
  const first = addressAgain("http://a/wms?BBOX=1,2&WIDTH=512", 1);
  assert.equal(first, "http://a/wms?BBOX=1%2C2&WIDTH=512&again=1");
  assert.equal(addressAgain(first, 2), "http://a/wms?BBOX=1%2C2&WIDTH=512&again=2");
});

test("one pixel instead of a picture is asked for again, and the list says since when", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const answers = { "/states": { services: { a: "No answer since 10:42." } } };
  const { origin, asked } = await serve(context, answers);
  const map = mapMake();
  const entry = { ...service(map, "a"), note: document.createElement("p") };
  holesWatch([entry], { states: `${origin}/states`, texts: TEXTS });
  const tile = { naturalWidth: 1, isConnected: true, src: "http://a/wms?WIDTH=512" };
  assert.equal(isHole(tile), true);
  for (const wait of [1000, 2000, 4000, 8000]) {
    entry.layer.reactions.tileload({ tile });
    context.mock.timers.tick(wait);
  }
  assert.equal(tile.src, "http://a/wms?WIDTH=512&again=4");
  entry.layer.reactions.tileload({ tile });
  context.mock.timers.tick(60_000);
  assert.equal(tile.src, "http://a/wms?WIDTH=512&again=4");
  context.mock.timers.reset();
  while (entry.note.textContent === "") {
    await settled();
  }
  assert.equal(entry.note.textContent, "No answer since 10:42.");
  assert.ok(asked.length > 0);
});

test("a picture that came after all takes the hint back", async (context) => {
  const { origin } = await serve(context, { "/states": { services: {} } });
  const map = mapMake();
  const entry = { ...service(map, "a"), note: document.createElement("p") };
  context.mock.timers.enable({ apis: ["setTimeout"] });
  holesWatch([entry], { states: `${origin}/states`, texts: TEXTS });
  const tile = { naturalWidth: 1, isConnected: false, src: "a?b=1" };
  entry.layer.reactions.tileload({ tile });
  context.mock.timers.tick(1500);
  context.mock.timers.reset();
  while (entry.note.textContent === "") {
    await settled();
  }
  assert.equal(entry.note.textContent, TEXTS.holes);
  tile.naturalWidth = 512;
  entry.layer.reactions.tileload({ tile });
  assert.equal(entry.note.textContent, "");
});

test("a tile that left the map and a picture are not asked for again", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const map = mapMake();
  const entry = { ...service(map, "a"), note: document.createElement("p") };
  holesWatch([entry], { states: "http://127.0.0.1:1/states", texts: TEXTS });
  const gone = { naturalWidth: 1, isConnected: false, src: "a?b=1" };
  const whole = { naturalWidth: 512, isConnected: true, src: "a?b=1" };
  entry.layer.reactions.tileload({ tile: gone });
  entry.layer.reactions.tileload({ tile: whole });
  context.mock.timers.tick(1000);
  assert.deepEqual([gone.src, whole.src], ["a?b=1", "a?b=1"]);
});
