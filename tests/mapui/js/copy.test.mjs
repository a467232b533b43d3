import assert from "node:assert/strict";
import test from "node:test";

import { pageMake, settled } from "./page.mjs";

const PAGE = `<pre id="text-1">Schlagloch, B 235</pre>
  <p><button type="button" hidden data-copy="text-1" data-copied="kopiert" data-marked="markiert"></button>
  <span role="status"></span></p>`;

test("prepared text is copied, or marked where the browser refuses", async () => {
  const document = pageMake(PAGE);
  const copied = [];
  const answers = [(text) => copied.push(text), () => Promise.reject(new Error("refused"))];
  const clipboard = { writeText: (text) => answers.shift()(text) };
  Object.defineProperty(globalThis, "navigator", { value: { clipboard }, configurable: true });
  const marked = [];
  document.getSelection = () => ({ selectAllChildren: (node) => marked.push(node.id) });
  await import("../../../mapui/static/mapui/js/page/copy.js");
  const button = document.querySelector("button");
  const status = document.querySelector("[role='status']");
  assert.equal(button.hidden, false);
  button.dispatchEvent(new Event("click"));
  await settled();
  assert.deepEqual([copied, status.textContent], [["Schlagloch, B 235"], "kopiert"]);
  button.dispatchEvent(new Event("click"));
  await settled();
  assert.deepEqual([marked, status.textContent], [["text-1"], "markiert"]);
});
