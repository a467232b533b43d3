import assert from "node:assert/strict";
import test, { before, beforeEach } from "node:test";

import {
  CHOICE_CHANGED,
  DETAILS_CLOSED,
  DETAILS_SHOWN,
  EXTENT_CHOSEN,
  ISSUES_CHANGED,
  LIST_SHOWN,
  on,
  PLACE_HINTED,
  raise,
} from "../../../mapui/static/mapui/js/core/events.js";
import { cellOf, gridOf } from "../../../mapui/static/mapui/js/core/grid.js";
import { isMovedByPage, moveQuietly } from "../../../mapui/static/mapui/js/core/moving.js";
import { failureWorded } from "../../../mapui/static/mapui/js/core/note.js";
import { fan, fanOffsets, issueOfRow } from "../../../mapui/static/mapui/js/layers/fan.js";
import { clusterOpen, issueLayer, tileAddress } from "../../../mapui/static/mapui/js/layers/issues.js";
import { clusterBody, markBody, markLabel, ringOf } from "../../../mapui/static/mapui/js/layers/marks.js";
import { pinFor } from "../../../mapui/static/mapui/js/layers/pin.js";
import { listWatch } from "../../../mapui/static/mapui/js/page/list.js";
import { bboxOf, boundsOf, listAddress } from "../../../mapui/static/mapui/js/tools/following.js";
import { pageMake, settled } from "./page.mjs";
import { serve } from "./server.mjs";

const NOTE = '<p class="map-note" role="status" hidden></p>';
const ISSUE = {
  state: "done",
  state_text: "erledigt",
  category: "Laterne",
  pictogram: "light",
  url: "/1",
  grid: [558_000_000, 357_000_000],
};
const CLUSTER = {
  count: 3,
  states: { received: 1, done: 2 },
  text: "3 Meldungen: 1 eingegangen, 2 erledigt",
  bounds: [7.3, 51.5, 7.4, 51.6],
  one_place: false,
  grid: [558_100_000, 357_000_000],
};
const TILE = "/0/0/0";
const COORDS = { x: 0, y: 0, z: 1 };

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

function point(properties, id) {
  return { type: "Feature", id, geometry: { type: "Point", coordinates: [7.3, 51.5] }, properties };
}

function collection(...features) {
  return { type: "FeatureCollection", features };
}

// A layer on a map that only remembers what is put on it.
async function shownLayer(origin, extra) {
  const shown = new Set();
  const layer = issueLayer({ url: `${origin}/{z}/{x}/{y}`, symbols: "/s.svg", ...extra });
  layer._map = { addLayer: (one) => shown.add(one), removeLayer: (one) => shown.delete(one) };
  const [group] = await new Promise((resolve) => {
    const { addTo } = Leaflet.LayerGroup.prototype;
    Leaflet.LayerGroup.prototype.addTo = function addGroup() {
      Leaflet.LayerGroup.prototype.addTo = addTo;
      resolve([this]);
      return this;
    };
    layer.fire("add");
  });
  await new Promise((resolve) => {
    layer.createTile(COORDS, resolve);
  });
  return { layer, marks: () => group.getLayers() };
}

async function until(holds) {
  while (!holds()) {
    await settled();
  }
}

test("a tile's address is that of the zoom before, because it is twice as large", () => {
  assert.equal(tileAddress("/{z}/{x}/{y}.geojson?a=b", { x: 3, y: 4, z: 12 }), "/11/3/4.geojson?a=b");
});

test("a tile brings a marker for each feature, and others when issues or the choice changed", async (context) => {
  const { origin, asked, answers } = await serve(context, {
    [TILE]: collection(point(ISSUE, "CAS-1"), point(CLUSTER)),
    [`/done${TILE}`]: collection(point(ISSUE, "CAS-2")),
  });
  const { marks } = await shownLayer(origin);
  assert.equal(marks().length, 2);
  answers[TILE] = collection(point(ISSUE, "CAS-1"));
  raise(ISSUES_CHANGED);
  await until(() => marks().length === 1);
  document.body.insertAdjacentHTML("beforeend", `<div id="issue-list" data-feed="${origin}/done/{z}/{x}/{y}"></div>`);
  raise(CHOICE_CHANGED);
  await until(() => marks()[0]?.number === "CAS-2");
  assert.deepEqual(
    asked.map((one) => one.path),
    [TILE, TILE, `/done${TILE}`],
  );
});

test("a failure is told, and what was there stays", async (context) => {
  const { origin, answers } = await serve(context, { [TILE]: collection(point(ISSUE, "CAS-1")) });
  const { marks } = await shownLayer(origin);
  answers[TILE] = 500;
  raise(ISSUES_CHANGED);
  await until(() => !document.querySelector(".map-note").hidden);
  assert.equal(document.querySelector(".map-note").textContent, "Please reload.");
  assert.equal(marks().length, 1);
});

test("a tile that is no longer in view takes its markers along", async (context) => {
  const { origin } = await serve(context, { [TILE]: collection(point(ISSUE, "CAS-1"), point(CLUSTER)) });
  const { layer, marks } = await shownLayer(origin);
  layer.fire("tileunload", { coords: COORDS });
  assert.equal(marks().length, 0);
});

test("what is open has a pin of its own exactly while no mark shows it", async (context) => {
  const { origin, answers } = await serve(context, { [TILE]: collection(point(ISSUE, "CAS-1"), point(CLUSTER)) });
  const { marks } = await shownLayer(origin);
  raise(DETAILS_SHOWN, { number: "CAS-9", place: [51.5, 7.3] });
  assert.equal(marks().length, 3);
  answers[TILE] = collection(point(ISSUE, "CAS-9"));
  raise(ISSUES_CHANGED);
  await until(() => marks().length === 1);
  raise(DETAILS_SHOWN, { number: "CAS-1", place: [51.5, 7.3] });
  assert.equal(marks().length, 2);
  raise(DETAILS_CLOSED);
  assert.equal(marks().length, 1);
});

test("a place that is told roughly has a circle around it while it is open", () => {
  const layers = new Set();
  const group = { addLayer: (one) => layers.add(one), removeLayer: (one) => layers.delete(one) };
  const pin = pinFor(group, () => true);
  pin.show({ number: "CAS-1", place: [51.5, 7.3], accuracy: 100 });
  const [circle] = layers;
  assert.equal(circle.getRadius(), 100);
  pin.show({ number: "CAS-2", place: [51.5, 7.3], accuracy: 0 });
  assert.equal(layers.size, 0);
});

test("a mark shows the state by shape, the topic by pictogram, whose it is by a chip", () => {
  const uses = (body) => [...body.querySelectorAll("use")].map((one) => one.getAttribute("href"));
  const open = markBody(ISSUE, { symbols: "/s.svg" });
  assert.deepEqual(uses(open), ["/s.svg#shape-done", "/s.svg#pictogram-light"]);
  assert.ok(open.classList.contains("state-done"));
  assert.equal(open.querySelector(".chip"), null);
  const plain = markBody({ ...ISSUE, pictogram: "" }, { symbols: "/s.svg" });
  assert.equal(uses(plain)[1], "/s.svg#pictogram-none");
  const clear = markBody({ ...ISSUE, code: "EUV", kind: "city" }, { symbols: "/s.svg", chip: "?" });
  assert.equal(clear.querySelector(".chip.kind-city").textContent, "EUV");
  const unclear = markBody({ ...ISSUE, code: "" }, { symbols: "/s.svg", chip: "?" });
  assert.equal(unclear.querySelector(".chip.is-unclear").textContent, "?");
  assert.equal(markLabel({ ...ISSUE, authority: "" }, "CAS-1"), "Laterne, erledigt, CAS-1");
});

test("a cluster shows its number within a ring of its states", () => {
  document.documentElement.lang = "de";
  const body = clusterBody({ count: 12_345, states: { done: 12_345 } });
  assert.equal(body.textContent, "12.345");
  assert.ok(body.classList.contains("digits-4"));
  assert.equal(
    ringOf({ received: 1, in_progress: 3 }),
    "conic-gradient(var(--state-received) 0.0% 25.0%, var(--state-in-progress) 25.0% 100.0%)",
  );
});

test("a cell is 64 pixels wide at every zoom", () => {
  const [column, row] = ISSUE.grid;
  for (const zoom of [9, 15, 20]) {
    const pixel = 2 ** 30 / (256 * 2 ** zoom);
    const from = Math.floor(column / (64 * pixel)) * 64 * pixel;
    assert.equal(cellOf([from, row], zoom), cellOf([from + 63 * pixel, row], zoom));
    assert.notEqual(cellOf([from, row], zoom), cellOf([from + 64 * pixel, row], zoom));
  }
});

test("a cluster is zoomed to, but at one place or at the greatest zoom fanned out and listed", () => {
  const chosen = [];
  on(EXTENT_CHOSEN, (detail) => chosen.push(detail));
  const fits = [];
  const fans = [];
  const map = { getZoom: () => 12, getMaxZoom: () => 20, fitBounds: (bounds) => fits.push(bounds) };
  const fanned = { open: (...given) => fans.push(given) };
  const place = [51.55, 7.35];
  clusterOpen({ map, fanned }, { cluster: CLUSTER, place, byKey: false });
  assert.deepEqual(fits, [
    [
      [51.5, 7.3],
      [51.6, 7.4],
    ],
  ]);
  clusterOpen({ map, fanned }, { cluster: { ...CLUSTER, one_place: true }, place, byKey: true });
  clusterOpen({ map: { ...map, getZoom: () => 20 }, fanned }, { cluster: CLUSTER, place, byKey: false });
  assert.equal(fits.length, 1);
  assert.equal(fans.length, 2);
  assert.deepEqual(chosen, [
    { bbox: "7.3,51.5,7.4,51.6", focus: true },
    { bbox: "7.3,51.5,7.4,51.6", focus: false },
  ]);
});

const ROW = (number, grid) =>
  `<li class="issue" data-number="${number}" data-state="done" data-state_text="erledigt" data-category="Laterne"
   data-pictogram="light" data-authority="" data-grid="${grid.join(" ")}"><a href="/1">Laterne</a></li>`;

test("a fan has a mark for each row of its place, far enough from each other", () => {
  const rows = [ROW("A", CLUSTER.grid), ROW("B", CLUSTER.grid), ROW("C", [1, 1])];
  document.body.insertAdjacentHTML("beforeend", `<div id="issue-list">${rows.join("")}</div>`);
  const drawn = [];
  const { addTo } = Leaflet.LayerGroup.prototype;
  Leaflet.LayerGroup.prototype.addTo = function addGroup() {
    drawn.push(this);
    return this;
  };
  const map = {
    getZoom: () => 18,
    once: () => {},
    latLngToLayerPoint: () => new Leaflet.Point(100, 100),
    layerPointToLatLng: ({ x, y }) => new Leaflet.LatLng(y, x),
  };
  const fanned = fan({ symbols: "/s.svg" });
  raise(LIST_SHOWN);
  assert.equal(drawn.length, 0);
  fanned.open(map, [51.5, 7.3], CLUSTER.grid);
  raise(LIST_SHOWN);
  Leaflet.LayerGroup.prototype.addTo = addTo;
  const numbers = drawn[0].getLayers().filter((one) => one.number);
  assert.deepEqual(
    numbers.map((one) => one.number),
    ["A", "B"],
  );
  for (const count of [2, 8, 25]) {
    const [[x, y], [nextX, nextY]] = fanOffsets(count);
    assert.ok(Math.hypot(x - nextX, y - nextY) > 40, `${count}`);
  }
  const issue = issueOfRow(document.querySelector(".issue"));
  assert.deepEqual([issue.state_text, issue.url, issue.grid], ["erledigt", "/1", CLUSTER.grid]);
});

test("a mark that is pointed at marks its rows, and a row says where it lies", () => {
  const body = `<div id="issue-list">${ROW("A", CLUSTER.grid)}${ROW("B", [1, 1])}<li class="issue"></li></div>`;
  document = pageMake(NOTE + body);
  listWatch();
  const hinted = () => [...document.querySelectorAll(".is-hinted")].map((one) => one.dataset.number);
  raise(PLACE_HINTED, { grid: CLUSTER.grid, zoom: 20 });
  assert.deepEqual(hinted(), ["A"]);
  raise(PLACE_HINTED, null);
  assert.deepEqual(hinted(), []);
  const told = [];
  on(PLACE_HINTED, (detail) => told.push(detail));
  const row = document.querySelector(".issue");
  row.dispatchEvent(new Event("pointerover", { bubbles: true }));
  row.dispatchEvent(new Event("pointerout", { bubbles: true }));
  assert.deepEqual(told, [{ grid: CLUSTER.grid }, null]);
  assert.equal(gridOf(document.querySelectorAll(".issue")[2]), null);
});

test("the list's address holds filter and extent, and what is open", () => {
  document.body.insertAdjacentHTML(
    "beforeend",
    '<form action="/triage/"><input name="status" value="done"><input name="bbox" value="1,2,3,4"><input name="q" value=""></form>',
  );
  const form = document.querySelector("form");
  form.elements ??= [...form.querySelectorAll("input")];
  const { asked, named } = listAddress(form, "https://flurpost.example/triage/?issue=CAS-1&page=3");
  assert.equal(asked, "/triage/?status=done&bbox=1%2C2%2C3%2C4");
  assert.equal(named, `${asked}&issue=CAS-1`);
});

test("an extent is read and written alike", () => {
  const bounds = Leaflet.latLngBounds(boundsOf("7.3,51.5,7.4,51.6"));
  assert.equal(bboxOf(bounds), "7.30000,51.50000,7.40000,51.60000");
  for (const wrong of [null, "", "7.3,51.5", "a,b,c,d"]) {
    assert.equal(boundsOf(wrong), null);
  }
});

test("moves of the page itself are told from those of people", () => {
  assert.equal(isMovedByPage(), false);
  moveQuietly(() => assert.equal(isMovedByPage(), true));
  assert.throws(() =>
    moveQuietly(() => {
      throw new Error("no map");
    }),
  );
  assert.equal(isMovedByPage(), false);
});
