import assert from "node:assert/strict";
import test from "node:test";

import { begin, end, onReady } from "../../../mapui/static/mapui/js/core/ready.js";
import { settled } from "./page.mjs";

test("a page on which nothing is under way is ready at once", async () => {
  let calls = 0;
  onReady(() => {
    calls += 1;
  });
  assert.equal(calls, 0);
  await settled();
  assert.equal(calls, 1);
});

test("a page is ready when the last of what began has ended, and again after more", async () => {
  let calls = 0;
  begin();
  begin();
  onReady(() => {
    calls += 1;
  });
  await settled();
  end();
  assert.equal(calls, 0);
  end();
  assert.equal(calls, 1);
  begin();
  end();
  assert.equal(calls, 2);
});
