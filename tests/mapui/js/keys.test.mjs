// Single keys and ticks, on a page with two reports.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { pageMake } from "./page.mjs";

const PAGE = `
  <p data-chosen hidden><span data-chosen-count></span></p>
  <div id="issue-list"><ul>
    ${["1", "2", "3"]
      .map(
        (number) => `<li class="issue" data-number="${number}"><input type="checkbox" name="numbers">
        <a class="issue-link" href="/${number}/">x</a></li>`,
      )
      .join("")}
  </ul></div>
  <div id="details"><button data-key="c">Bestätigen</button>
    <details><summary data-key="w">Andere</summary><select></select></details>
    <details hx-get="/form/"><summary data-key="a">Zuweisen</summary><div></div></details>
    <button data-key="e" disabled>Schließen</button><textarea></textarea></div>`;

const document = pageMake(PAGE);
const { controlPress, isOn, isTyping } = await import("../../../mapui/static/mapui/js/page/keys.js");
const { rowSelect } = await import("../../../mapui/static/mapui/js/page/selecting.js");

beforeEach(() => {
  document.body.innerHTML = PAGE;
});

test("a key presses the control that names it, unless it is disabled", () => {
  let pressed = 0;
  document.querySelector("[data-key=c]").addEventListener("click", () => {
    pressed += 1;
  });
  assert.equal(controlPress("c"), true);
  assert.equal(pressed, 1);
  assert.equal(controlPress("e"), false);
  assert.equal(controlPress("z"), false);
});

test("a key gives the focus to the first field of what it opens, also of a form that is still to come", () => {
  const focused = [];
  const opened = (key) => {
    const details = document.querySelector(`[data-key=${key}]`).parentElement;
    details.open = true;
    controlPress(key);
    return details;
  };
  const [now, later] = [opened("w"), opened("a")];
  later.querySelector("div").innerHTML = "<input type=hidden><input id=later>";
  for (const field of [now.querySelector("select"), later.querySelector("#later")]) {
    field.focus = () => focused.push(field.localName);
  }
  later.dispatchEvent(new document.defaultView.Event("htmx:afterSettle"));
  assert.deepEqual(focused, ["input"]);
  opened("w");
  assert.deepEqual(focused, ["input", "select"]);
});

test("in a field a letter is a letter; on a tick it is a key", () => {
  assert.equal(isTyping(document.querySelector("textarea")), true);
  assert.equal(isTyping(document.querySelector("select")), true);
  assert.equal(isTyping(document.querySelector("a")), false);
  assert.equal(isTyping(document.querySelector("[name=numbers]")), false);
});

test("keys are off where the person's profile says so", () => {
  assert.equal(isOn(), true);
  document.body.dataset.singleKeys = "off";
  assert.equal(isOn(), false);
  delete document.body.dataset.singleKeys;
});

test("rows are ticked, up to here, and the tick taken away", () => {
  const [first, second, third] = document.querySelectorAll(".issue");
  rowSelect(first, { upTo: false });
  rowSelect(third, { upTo: true });
  const ticked = () => [...document.querySelectorAll(".is-chosen")].map((row) => row.dataset.number).join();
  assert.equal(ticked(), "1,2,3");
  assert.equal(document.querySelector("[data-chosen-count]").textContent, "3");
  rowSelect(second, { upTo: false });
  assert.equal(ticked(), "1,3");
  rowSelect(first, { upTo: false });
  rowSelect(third, { upTo: false });
  assert.equal(document.querySelector("[data-chosen]").hidden, true);
});
