import assert from "node:assert/strict";
import test from "node:test";

import { shieldColours } from "../../../mapui/static/mapui/js/layers/shields.js";
import { visibilities } from "../../../mapui/static/mapui/js/layers/vectormap.js";

const LAYERS = [
  { id: "ground", metadata: { group: "base" } },
  { id: "parcels", metadata: { group: "parcels" } },
  { id: "owners", metadata: { group: "owners" } },
];

function seen(state) {
  return visibilities(LAYERS, state)
    .filter(([_id, visibility]) => visibility === "visible")
    .map(([id]) => id);
}

test("groups are seen where they are on, the base where a variant is chosen", () => {
  assert.deepEqual(seen({ hasBase: true, groups: new Set() }), ["ground"]);
  assert.deepEqual(seen({ hasBase: true, groups: new Set(["owners"]) }), ["ground", "owners"]);
  assert.deepEqual(seen({ hasBase: false, groups: new Set(["parcels"]) }), ["parcels"]);
});

test("a road sign tells its colours by its name, another image has none", () => {
  assert.deepEqual(shieldColours("shield|#ffd21f|#1c1c1c"), { ground: "#ffd21f", rim: "#1c1c1c" });
  assert.equal(shieldColours("shield|#ffd21f"), null);
  assert.equal(shieldColours("pin"), null);
});
