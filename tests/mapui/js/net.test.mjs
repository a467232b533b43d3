import assert from "node:assert/strict";
import test from "node:test";

import { latest, load } from "../../../mapui/static/mapui/js/core/net.js";
import { onReady } from "../../../mapui/static/mapui/js/core/ready.js";
import { settled } from "./page.mjs";
import { serve } from "./server.mjs";

test("load asks for GeoJSON and gives the collection", async (context) => {
  const { origin, asked } = await serve(context, { "/a": { features: [1] } });
  assert.deepEqual(await load(`${origin}/a`), { features: [1] });
  assert.deepEqual(asked, [{ path: "/a", accept: "application/geo+json" }]);
});

test("load fails with address and status", async (context) => {
  const { origin } = await serve(context, { "/a": 503 });
  await assert.rejects(load(`${origin}/a`), { message: `${origin}/a: 503` });
});

test("load fails when the answer is cut off", async (context) => {
  const { origin } = await serve(context, { "/a": '{"features": [' });
  await assert.rejects(load(`${origin}/a`), SyntaxError);
});

test("a page waits for what it loads, and does not wait for ever for a failure", async (context) => {
  const { origin } = await serve(context, { "/a": 500 });
  let isReady = false;
  const loading = load(`${origin}/a`);
  onReady(() => {
    isReady = true;
  });
  await settled();
  assert.equal(isReady, false);
  await assert.rejects(loading);
  assert.equal(isReady, true);
});

test("of several answers the one asked for last counts, in whatever order they come", async () => {
  const waiting = [];
  const ask = latest(
    () =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
      }),
  );
  const [first, second, third] = [ask(), ask(), ask()];
  waiting[2].resolve("third");
  waiting[0].resolve("first");
  waiting[1].reject(new Error("second"));
  assert.deepEqual(await Promise.all([first, second, third]), [undefined, undefined, "third"]);
});

test("a failure of the latest question is told", async () => {
  const ask = latest((what) => Promise.reject(new Error(what)));
  await assert.rejects(ask("gone"), { message: "gone" });
});
