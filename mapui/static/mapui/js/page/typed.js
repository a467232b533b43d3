// What is typed into a form with `data-keep` is kept in this tab until it has arrived or its person logs out: a session
// that ends, a report that is left or a browser that goes back loses no words.

const PREFIX = "flurpost.typed.";
const STORED = "typed-stored";
const WORDS = "textarea, input:not([type]), input[type=text], input[type=number], input[type=date]";
const FIELDS = `${WORDS}, select, input[type=checkbox], input[type=radio]`;

function store() {
  try {
    return globalThis.sessionStorage;
  } catch {
    return null;
  }
}

function keys() {
  const whole = store();
  return whole ? Object.keys(whole).filter((key) => key.startsWith(PREFIX)) : [];
}

// By person and address: the address of a form names its report.
function keyOf(path) {
  return `${PREFIX}${document.body.dataset.user}.${path}`;
}

function pathOf(form) {
  return form.getAttribute("action");
}

// The addresses of the forms of which words are kept.
function paths() {
  return keys().map((key) => key.slice(keyOf("").length));
}

export function hasTyped() {
  return keys().length > 0;
}

function forget(path) {
  store()?.removeItem(keyOf(path));
}

function fieldsOf(form) {
  return [...form.querySelectorAll(FIELDS)].filter((one) => one.name);
}

function isTicked(field) {
  return field.type === "checkbox" || field.type === "radio";
}

// `isSent`: the browser goes on to another page, which says whether the words have arrived.
function keep(form, { isSent = false } = {}) {
  const values = fieldsOf(form).map((one) => [one.name, isTicked(one) ? [one.value, one.checked] : one.value]);
  const given = { values, part: form.closest("details")?.id ?? "", isSent };
  try {
    store()?.setItem(keyOf(pathOf(form)), JSON.stringify(given));
  } catch {
    // A full store: the words stand on the page and nowhere else.
  }
}

function fill(form, values) {
  let changed = null;
  const left = [...values];
  for (const field of fieldsOf(form)) {
    const at = left.findIndex(([name, given]) => name === field.name && (!isTicked(field) || given[0] === field.value));
    if (at < 0) {
      continue;
    }
    const [[, value]] = left.splice(at, 1);
    if (isTicked(field)) {
      [, field.checked] = value;
    } else if (field.value !== value) {
      field.value = value;
      changed = field;
    }
  }
  return changed;
}

function kept(path) {
  return JSON.parse(store()?.getItem(keyOf(path)) ?? "null");
}

function restore(form) {
  const given = kept(pathOf(form));
  const changed = given && fill(form, given.values);
  if (!changed) {
    return;
  }
  const note = document.querySelector("#typed-note").content.cloneNode(true);
  form.prepend(note);
  for (let details = form.closest("details"); details; details = details.parentElement.closest("details")) {
    details.open = true;
  }
  // Whatever follows what is typed (a preview) follows it now.
  changed.dispatchEvent(new Event("input", { bubbles: true }));
}

// The first form of an address: after a conflict that is the one above, with both versions.
function restoreAll() {
  const done = new Set();
  for (const form of document.querySelectorAll("form[data-keep]")) {
    if (!done.has(pathOf(form))) {
      done.add(pathOf(form));
      restore(form);
    }
  }
  // A form that comes when its part of the report is opened.
  const number = document.querySelector("#details .details")?.dataset.number;
  for (const path of number ? paths() : []) {
    const part = path.includes(`/${number}/`) && !done.has(path) && document.getElementById(kept(path).part);
    if (part) {
      part.open = true;
    }
  }
}

function arrivedForget() {
  if (document.querySelector(".notice.success")) {
    for (const path of paths().filter((one) => kept(one).isSent)) {
      forget(path);
    }
  }
}

function drop(button) {
  const form = button.closest("form");
  forget(pathOf(form));
  if (button.closest(".typed-note")) {
    form.reset();
    button.closest(".typed-note").remove();
  }
}

export function typedWatch() {
  const own = keyOf("");
  for (const key of keys().filter((one) => !one.startsWith(own))) {
    store().removeItem(key);
  }
  arrivedForget();
  restoreAll();
  document.addEventListener("input", ({ target }) => {
    const form = target.closest?.("form[data-keep]");
    if (form && target.matches(WORDS)) {
      keep(form);
    }
  });
  document.addEventListener("htmx:afterSettle", restoreAll);
  document.addEventListener(STORED, ({ detail }) => forget(detail.path));
  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-typed-drop]");
    if (button) {
      drop(button);
    }
  });
  document.addEventListener("submit", ({ target, defaultPrevented }) => {
    if (!defaultPrevented && target.matches?.("form[data-keep]") && kept(pathOf(target))) {
      keep(target, { isSent: true });
    }
    if (target.matches?.("form[data-logout]")) {
      for (const key of keys()) {
        store().removeItem(key);
      }
    }
  });
}
