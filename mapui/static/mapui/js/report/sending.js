// What waits on this device is sent as soon as there is a connection. A report has its own number from the beginning, so
// the server takes it once, however often it comes.

import { draftPut, draftsKept } from "./store.js";

const LOCK = "flurpost.drafts";
const TOKEN = "csrfmiddlewaretoken";
const TOO_MANY = 429;

function pageOf(text) {
  return new DOMParser().parseFromString(text, "text/html");
}

// The form as the browser sends it at the last step.
export function bodyOf(draft, token) {
  const body = new FormData();
  for (const [name, value] of draft.values) {
    body.append(name, value);
  }
  body.set("entry", draft.entry);
  body.set("step", "send");
  body.set("to", "sent");
  body.set(TOKEN, token);
  return body;
}

// The token of this very moment: that of a page from the device is old. Throws without a connection.
export async function tokenAsk(address) {
  const asked = await fetch(address, { cache: "no-store" });
  const token = pageOf(await asked.text()).querySelector(`[name="${TOKEN}"]`)?.value;
  if (!(asked.ok && token)) {
    throw new Error("no form");
  }
  return token;
}

// Sends one; the draft then has a `link`, or is `told` what it lacks. Throws without a connection.
export async function draftSend(draft, address) {
  const token = await tokenAsk(address);
  const response = await fetch(address, { method: "POST", body: bodyOf(draft, token) });
  if (response.redirected && response.ok) {
    // The words and photos are where they belong; the link stays until whoever reported has seen it.
    return { entry: draft.entry, at: draft.at, values: [], told: "", link: response.url };
  }
  if (response.status >= 500) {
    throw new Error(`answer ${response.status}`);
  }
  const page = pageOf(await response.text());
  const told = [...page.querySelectorAll("#report-errors li")].map((one) => one.textContent.trim());
  return { ...draft, told: response.status === TOO_MANY ? "" : told.join(" ") || "?" };
}

// All that are not sent yet, one after another, in one tab only; calls back after each. What lacked something is tried
// again: it may have been completed in the form meanwhile.
export async function draftsSend(address, changed) {
  await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    if (!(lock && navigator.onLine)) {
      return;
    }
    for (const draft of (await draftsKept()).filter((one) => !one.link)) {
      try {
        await draftPut(await draftSend(draft, address));
      } catch {
        // No connection: it waits on.
        return;
      } finally {
        await changed();
      }
    }
  });
}
