// What is typed is kept in the tab, comes back, and goes when it has arrived or somebody logs out.

import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { pageMake } from "./page.mjs";

const FORM = `<details id="part-note"><summary>Notizen</summary>
  <form action="/triage/issues/M-1/notes/" data-keep>
    <input type="hidden" name="seen" value="7"><input type="password" name="secret"><input type="file" name="file">
    <input type="checkbox" name="tells"><textarea name="text"></textarea></form></details>`;
const PAGE = `<template id="typed-note"><p class="typed-note">da <button data-typed-drop>weg</button></p></template>
  <div data-signed-out hidden><span data-typed-kept></span><a href="/login/">an</a></div>
  <form action="/logout/" data-logout></form>
  <div id="details"><article class="details" data-number="M-1">${FORM}</article></div>`;

const NOTES = /<form action="\/triage.*?<\/form>/su;

// As the browser's: the keys are its own properties.
function storeMake() {
  const methods = {
    getItem: (key) => (Object.hasOwn(globalThis.sessionStorage, key) ? globalThis.sessionStorage[key] : null),
    setItem: (key, value) => {
      globalThis.sessionStorage[key] = String(value);
    },
    removeItem: (key) => delete globalThis.sessionStorage[key],
  };
  globalThis.sessionStorage = Object.create(methods);
}

const { hasTyped, typedWatch } = await import("../../../mapui/static/mapui/js/page/typed.js");
const { signedOutWatch } = await import("../../../mapui/static/mapui/js/page/signed_out.js");

function open(user, body = PAGE) {
  const document = pageMake(body);
  document.body.dataset.user = user;
  globalThis.location = { pathname: "/triage/", search: "?issue=M-1" };
  typedWatch();
  return document;
}

function type(document, text) {
  const field = document.querySelector("textarea");
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function raise(document, name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

beforeEach(storeMake);

test("words come back with a note, in their part, which opens; hidden fields, passwords and files do not", () => {
  const before = open("3");
  before.querySelector("[type=password]").value = "geheim";
  type(before, "Loch ist tief");
  assert.equal(JSON.stringify(globalThis.sessionStorage).includes("geheim"), false);
  const after = open("3");
  assert.equal(after.querySelector("textarea").value, "Loch ist tief");
  assert.equal(after.querySelector("[name=seen]").value, "7");
  assert.equal(after.querySelector("details").open, true);
  assert.notEqual(after.querySelector("form[data-keep] .typed-note"), null);
});

test("a part whose form is still to come is opened, of the report that is open alone", () => {
  type(open("3"), "Loch");
  const empty = PAGE.replace(NOTES, "");
  assert.equal(open("3", empty).querySelector("details").open, true);
  const other = open("3", empty.replace('data-number="M-1"', 'data-number="M-2"'));
  assert.equal(Boolean(other.querySelector("details").open), false);
});

test("words go when they have arrived, when they are discarded, and when their person logs out", () => {
  const document = open("3");
  type(document, "eins");
  raise(document, "typed-stored", { path: "/triage/issues/M-2/notes/" });
  assert.equal(hasTyped(), true);
  raise(document, "typed-stored", { path: "/triage/issues/M-1/notes/" });
  assert.equal(hasTyped(), false);
  type(document, "zwei");
  const again = open("3");
  again.querySelector("form[data-keep]").reset = () => {};
  again.querySelector("[data-typed-drop]").dispatchEvent(new Event("click", { bubbles: true }));
  assert.deepEqual([hasTyped(), again.querySelector("form .typed-note")], [false, null]);
  type(again, "drei");
  again.querySelector("[data-logout]").dispatchEvent(new Event("submit", { bubbles: true }));
  assert.equal(hasTyped(), false);
});

test("words that the browser sent itself go when the next page tells that they arrived, and come back else", () => {
  const document = open("3");
  type(document, "eins");
  document.querySelector("form[data-keep]").dispatchEvent(new Event("submit", { bubbles: true }));
  assert.equal(open("3").querySelector("textarea").value, "eins");
  open("3", `${PAGE}<p class="notice success">Gespeichert.</p>`);
  assert.equal(hasTyped(), false);
  type(open("3"), "noch nicht gesendet");
  open("3", `${PAGE}<p class="notice success">Etwas anderes.</p>`);
  assert.equal(hasTyped(), true);
});

test("nobody finds the words of another person", () => {
  type(open("3"), "meins");
  assert.equal(open("4").querySelector("textarea").value, "");
  assert.equal(hasTyped(), false);
});

test("the end of the session is told with the way back, and of words only where some are kept", () => {
  const document = open("3");
  signedOutWatch();
  const notice = document.querySelector("[data-signed-out]");
  const kept = notice.querySelector("[data-typed-kept]");
  Object.defineProperty(notice.querySelector("a"), "pathname", { value: "/login/" });
  raise(document, "htmx:responseError", { xhr: { status: 500 } });
  assert.equal(notice.hidden, true);
  raise(document, "htmx:responseError", { xhr: { status: 401 } });
  assert.deepEqual([notice.hidden, kept.hidden], [false, true]);
  assert.equal(notice.querySelector("a").getAttribute("href"), "/login/?next=%2Ftriage%2F%3Fissue%3DM-1");
  type(document, "Loch");
  raise(document, "htmx:responseError", { xhr: { status: 401 } });
  assert.equal(kept.hidden, false);
});
