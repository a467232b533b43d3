// The list of what waits on this device: what becomes of each, sent when the connection is back.

import { bodyOf, draftsSend, tokenAsk } from "./sending.js";
import { draftDrop, draftPut, draftsKept } from "./store.js";
import { unfinishedDrop } from "./unfinished.js";

function box() {
  return document.querySelector("[data-waiting]");
}

function writtenIn(draft, name) {
  return draft.values.find(([one]) => one === name)?.[1] ?? "";
}

function stateOf({ link, told }) {
  if (link) {
    return "sent";
  }
  return told ? "lacking" : "waits";
}

function rowOf(draft) {
  const row = box().querySelector("template").content.firstElementChild.cloneNode(true);
  row.dataset.entry = draft.entry;
  row.querySelector("[data-when]").textContent = new Date(draft.at).toLocaleString(document.documentElement.lang, {
    dateStyle: "short",
    timeStyle: "short",
  });
  row.querySelector("[data-words]").textContent = writtenIn(draft, "text");
  const state = stateOf(draft);
  for (const one of row.querySelectorAll("[data-state]")) {
    one.hidden = one.dataset.state !== state;
  }
  row.querySelector("[data-told]").textContent = draft.told;
  if (draft.link) {
    row.querySelector("a").href = draft.link;
  }
  return row;
}

export async function waitingShow() {
  const drafts = await draftsKept();
  const list = box().querySelector("ul");
  list.replaceChildren(...drafts.map(rowOf));
  box().hidden = drafts.length === 0;
}

export async function waitingSend() {
  await draftsSend(box().dataset.address, waitingShow);
}

// What lacks something is finished in the form, which the server fills with what there is.
async function finish(draft) {
  const token = await tokenAsk(box().dataset.address);
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: box().dataset.address, enctype: "multipart/form-data", hidden: true });
  for (const [name, value] of bodyOf(draft, token)) {
    const input = document.createElement("input");
    input.name = name;
    if (value instanceof File) {
      const files = new DataTransfer();
      files.items.add(value);
      input.type = "file";
      input.files = files.files;
    } else {
      input.value = value;
    }
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}

async function draftOf(row) {
  const drafts = await draftsKept();
  return drafts.find((one) => one.entry === row.dataset.entry);
}

const ACTS = {
  finish: async (row) => finish(await draftOf(row)),
  drop: async (row) => {
    await draftDrop(row.dataset.entry);
    await waitingShow();
  },
};

// Keeps what stands in a form, with its photos, and sends it as soon as that is possible.
export async function waitingKeep(form) {
  const values = [...new FormData(form)].filter(([name, value]) => {
    const isOwn = !["csrfmiddlewaretoken", "entry", "step", "to", "proof", "heads"].includes(name);
    return isOwn && (value instanceof File ? value.size > 0 : value !== "");
  });
  await draftPut({ entry: form.elements.entry.value, values, at: Date.now(), told: "", link: "" });
  await waitingShow();
  await waitingSend();
}

export async function waitingWatch() {
  if (!(box() && "indexedDB" in globalThis && navigator.locks)) {
    return;
  }
  navigator.serviceWorker?.register(box().dataset.worker);
  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-waiting-act]");
    if (button) {
      ACTS[button.dataset.waitingAct](button.closest("li"));
    }
    if (target.closest?.("[data-keep-here]")) {
      waitingKeep(target.form).then(() => {
        unfinishedDrop(target.form);
        box().scrollIntoView();
      });
    }
  });
  globalThis.addEventListener("online", waitingSend);
  await waitingShow();
  await waitingSend();
}
