import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";

import { CHOICE_CHANGED, DETAILS_CLOSED, DETAILS_SHOWN, on } from "../../../mapui/static/mapui/js/core/events.js";
import { modes, PLACE } from "../../../mapui/static/mapui/js/core/modes.js";
import { selectedNumber } from "../../../mapui/static/mapui/js/core/selection.js";
import { detailsClose, detailsShown, detailsWatch } from "../../../mapui/static/mapui/js/page/details.js";
import { listFeed, listWatch } from "../../../mapui/static/mapui/js/page/list.js";
import { pageMake } from "./page.mjs";

const LIST = `
  <div id="issue-list" data-feed="/issues">
    <li class="issue" data-number="CAS-1"><a href="/1">one</a></li>
    <li class="issue" data-number="CAS-2"><a href="/2">two</a></li>
  </div>`;
const DETAILS = `
  <section id="details"><article class="details" data-number="CAS-2" data-latitude="51.5" data-longitude="7.3" data-parcel="P" data-decided>
    <h2 class="details-title" tabindex="-1">two</h2>
  </article></section>`;

let document = null;
let heard = [];
let focused = "";

// What is only parsed has no focus and cannot be scrolled.
function focus() {
  focused = this.textContent.trim();
}

function hear(name) {
  on(name, (detail) => heard.push([name, detail]));
}

beforeEach(() => {
  document = pageMake(LIST + DETAILS);
  heard = [];
  focused = "";
  [CHOICE_CHANGED, DETAILS_SHOWN, DETAILS_CLOSED].map(hear);
  for (const node of document.querySelectorAll("a, h2, .issue, #issue-list")) {
    node.focus = focus;
    node.scrollIntoView = () => {};
  }
  globalThis.location = { href: "https://flurpost.example/triage/?page=2&issue=CAS-2" };
  globalThis.history = {
    pushState: (_state, _title, address) => {
      globalThis.location.href = String(address);
    },
  };
});

// htmx tells that it has put something into the page.
function settle(id) {
  const detail = { target: document.querySelector(`#${id}`) };
  document.dispatchEvent(new CustomEvent("htmx:afterSettle", { detail }));
}

function press(key) {
  document.dispatchEvent(Object.assign(new Event("keydown"), { key }));
}

test("what is shown is told with its place, marked in the list and focused", () => {
  detailsShown({ focus: true });
  const detail = {
    number: "CAS-2",
    parcel: "P",
    zoomToParcel: false,
    isDecided: true,
    place: [51.5, 7.3],
    accuracy: 0,
  };
  assert.deepEqual(heard, [[DETAILS_SHOWN, detail]]);
  assert.equal(document.querySelector(".is-selected").dataset.number, "CAS-2");
  assert.equal(focused, "two");
});

test("details without a place have none", () => {
  document.querySelector("#details").innerHTML =
    '<article class="details" data-zoom-to-parcel><h2 class="details-title"></h2></article>';
  detailsShown({ focus: false });
  const detail = { number: "", parcel: "", zoomToParcel: true, isDecided: false, place: null, accuracy: 0 };
  assert.deepEqual(heard, [[DETAILS_SHOWN, detail]]);
  assert.equal(selectedNumber(), "");
});

test("closing empties, takes the issue out of the address and leads back to its line", () => {
  detailsShown({ focus: false });
  detailsClose();
  assert.equal(document.querySelector("#details").children.length, 0);
  assert.equal(globalThis.location.href, "https://flurpost.example/triage/?page=2");
  assert.equal(heard.at(-1)[0], DETAILS_CLOSED);
  assert.equal(document.querySelector(".is-selected"), null);
  assert.equal(focused, "two");
});

test("closing what is closed does nothing", () => {
  document.querySelector("#details").replaceChildren();
  detailsClose();
  assert.deepEqual(heard, []);
});

test("Escape leaves the tool at hand, and closes at the next press", () => {
  detailsWatch();
  modes.enter(PLACE);
  press("Escape");
  assert.ok(modes.isResting());
  assert.equal(document.querySelector("#details").children.length, 1);
  press("x");
  assert.equal(document.querySelector("#details").children.length, 1);
  press("Escape");
  assert.equal(document.querySelector("#details").children.length, 0);
});

test("only another choice of the list is told to the map", () => {
  listWatch();
  settle("issue-list");
  assert.deepEqual(heard, []);
  document.querySelector("#issue-list").dataset.feed = "/issues?status=done";
  settle("details");
  assert.deepEqual(heard, []);
  settle("issue-list");
  settle("issue-list");
  assert.deepEqual(
    heard.map(([name]) => name),
    [CHOICE_CHANGED],
  );
  assert.equal(listFeed(), "/issues?status=done");
});

test("a list that was loaded anew has its mark again", () => {
  listWatch();
  detailsShown({ focus: false });
  document.querySelector(".is-selected").classList.remove("is-selected");
  settle("issue-list");
  assert.equal(document.querySelector(".is-selected").dataset.number, "CAS-2");
});
