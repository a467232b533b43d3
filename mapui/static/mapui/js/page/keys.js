// Single keys: those of the screen itself, and those of controls that name one by `data-key`. They can be switched off.

import { keep, kept } from "../core/kept.js";
import { selectedNumber } from "../core/selection.js";
import { detailsOpen } from "./details.js";
import { paneFocus } from "./panes.js";
import { rowSelect } from "./selecting.js";

const KEPT = "single-keys";
const GO = { q: "queue", m: "map", r: "report" };
const WAIT_MS = 1500;
const LETTER = /^[a-z]$/u;
const FIELD = "select, input:not([type=hidden]), textarea";

// Whether somebody types: then a letter is a letter.
export function isTyping(node) {
  return Boolean(
    node?.closest?.(
      "input:not([type=checkbox], [type=radio], [type=button]), select, textarea, [contenteditable=true]",
    ),
  );
}

export function isOn() {
  return document.body.dataset.singleKeys !== "off" && kept(KEPT, true);
}

// The number of the row that is `step` after the one that has the focus, else after the open report.
function rowAt(step) {
  const rows = [...document.querySelectorAll("#issue-list .issue")];
  const focused = document.activeElement?.closest?.(".issue");
  const at = focused ? rows.indexOf(focused) : rows.findIndex((row) => row.dataset.number === selectedNumber());
  return rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))];
}

function go(step) {
  const row = rowAt(step);
  const link = row?.querySelector(".issue-link");
  if (!link) {
    return;
  }
  // Whoever reads a report goes from one to the next; in the list only the focus moves.
  if (document.activeElement?.closest?.("#issue-list")) {
    link.focus();
  } else {
    detailsOpen(link.getAttribute("href"));
  }
}

// The first field of what a key has opened. A form that is still to come gets the focus when it is there; until then
// letters do nothing, because they are meant for it.
let awaitedUntil = 0;

function fieldFocus(opened) {
  const field = opened.querySelector(FIELD);
  if (field) {
    field.focus();
  } else if (opened.hasAttribute("hx-get")) {
    awaitedUntil = performance.now() + WAIT_MS;
    const come = () => {
      awaitedUntil = 0;
      if (opened.open) {
        opened.querySelector(FIELD)?.focus();
      }
    };
    opened.addEventListener("htmx:afterSettle", come, { once: true });
  }
}

// A control of the open report that names the key: pressed, opened, or given the focus.
export function controlPress(key) {
  const controls = [...document.querySelectorAll("[data-key]")];
  const control = controls.find((one) => one.dataset.key === key && !one.disabled);
  if (!control) {
    return false;
  }
  control.scrollIntoView?.({ block: "nearest" });
  control.click();
  if (control.localName === "summary" && control.parentElement.open) {
    fieldFocus(control.parentElement);
  }
  return true;
}

function helpShow(dialog) {
  const list = dialog.querySelector("[data-keys-here]");
  const controls = [...document.querySelectorAll("[data-key]")];
  list.replaceChildren(
    ...controls.map((one) => {
      const item = document.createElement("li");
      const key = document.createElement("kbd");
      key.textContent = one.dataset.key;
      item.append(key, ` ${(one.getAttribute("aria-label") || one.dataset.keyName || one.textContent).trim()}`);
      return item;
    }),
  );
  list.hidden = controls.length === 0;
  dialog.showModal();
}

export function keysWatch() {
  const dialog = document.querySelector("dialog.keys");
  if (!dialog) {
    return;
  }
  const own = {
    j: () => go(1),
    k: () => go(-1),
    x: ({ shiftKey }) => rowSelect(rowAt(0), { upTo: shiftKey }),
    "/": () => document.querySelector("#map-search")?.focus(),
    "?": () => helpShow(dialog),
  };
  let goingSince = 0;

  document.addEventListener("keydown", (event) => {
    const { key, ctrlKey, altKey, metaKey, target } = event;
    if (ctrlKey || altKey || metaKey || event.defaultPrevented || isTyping(target) || dialog.open || !isOn()) {
      return;
    }
    if (LETTER.test(key) && event.timeStamp < awaitedUntil) {
      event.preventDefault();
      return;
    }
    const isGoing = event.timeStamp - goingSince < WAIT_MS;
    goingSince = key === "g" ? event.timeStamp : -WAIT_MS;
    if (isGoing && GO[key]) {
      event.preventDefault();
      paneFocus(GO[key]);
    } else if (own[key.toLowerCase()]) {
      event.preventDefault();
      own[key.toLowerCase()](event);
    } else if (LETTER.test(key) && controlPress(key)) {
      event.preventDefault();
    }
  });
  document.querySelector("[data-keys-help]")?.addEventListener("click", () => helpShow(dialog));
  const box = dialog.querySelector("[name=single-keys]");
  box.checked = isOn();
  box.disabled = document.body.dataset.singleKeys === "off";
  box.addEventListener("change", () => keep(KEPT, box.checked));
}
