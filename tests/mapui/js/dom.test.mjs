import assert from "node:assert/strict";
import test from "node:test";

import { element, symbol, tip } from "../../../mapui/static/mapui/js/core/dom.js";
import { pageMake } from "./page.mjs";

const HOSTILE = "<img src=x onerror=alert(1)>";

test("element takes text as text", () => {
  pageMake("");
  const made = element("p", "lead", HOSTILE);
  assert.equal(made.textContent, HOSTILE);
  assert.equal(made.children.length, 0);
  assert.equal(made.className, "lead");
});

test("element without class and text has neither", () => {
  pageMake("");
  const made = element("ul");
  assert.equal(made.outerHTML, "<ul></ul>");
});

test("symbol names its place in the sprite and is hidden from readers", () => {
  pageMake("");
  const made = symbol("/symbols.svg", "done", "#1b6e3c");
  assert.equal(made.querySelector("use").getAttribute("href"), "/symbols.svg#done");
  assert.equal(made.getAttribute("aria-hidden"), "true");
  assert.equal(made.style.color, "#1b6e3c");
});

test("tip has a line for each text that is not empty", () => {
  pageMake("");
  const made = tip("Title", "first", "", undefined, HOSTILE);
  assert.equal(made.querySelectorAll("br").length, 2);
  assert.equal(made.querySelector("strong").textContent, "Title");
  assert.equal(made.textContent, `Titlefirst${HOSTILE}`);
  assert.equal(made.querySelector("img"), null);
});
