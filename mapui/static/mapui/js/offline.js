// The page on which somebody reports without a connection. It comes from the device, and sends nothing until there is one.

import { contactWatch } from "./report/contact.js";
import { photoShrink } from "./report/photos.js";
import { waitingKeep, waitingWatch } from "./report/waiting.js";

const POSITION = { enableHighAccuracy: true, timeout: 30_000, maximumAge: 60_000 };
const form = document.querySelector("#report");

function tell(name) {
  for (const one of form.querySelectorAll("[data-missing]")) {
    one.hidden = one.dataset.missing !== name;
  }
  const shown = form.querySelector(`[data-missing="${name}"]`);
  shown?.focus();
  return !shown;
}

function missing() {
  const { lat, place, category, danger, text, photos } = form.elements;
  if (lat.value === "" && place.value.trim() === "") {
    return "place";
  }
  if (!category.value) {
    return "category";
  }
  if (!danger.closest("[data-danger]").hidden && !danger.checked) {
    return "danger";
  }
  return text.value.trim() || photos.files.length > 0 ? "" : "text";
}

// The page has come from the device, so it begins without a connection whatever the browser thinks of it.
function connectionWatch() {
  for (const name of ["online", "offline"]) {
    globalThis.addEventListener(name, () => {
      for (const one of document.querySelectorAll("[data-connected]")) {
        one.hidden = one.dataset.connected !== name;
      }
    });
  }
}

function begin() {
  form.reset();
  form.elements.entry.value = crypto.randomUUID().replaceAll("-", "");
  dangerShow();
  for (const name of ["lat", "long", "accuracy"]) {
    form.elements[name].value = "";
  }
  form.querySelector("[data-located]").textContent = "";
}

function dangerShow() {
  const { category, danger } = form.elements;
  const chosen = category.selectedOptions[0];
  danger.value = category.value;
  danger.closest("[data-danger]").hidden = !("danger" in (chosen?.dataset ?? {}));
}

function locate() {
  const told = form.querySelector("[data-located]");
  told.textContent = told.dataset.busy;
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      form.elements.lat.value = coords.latitude.toFixed(7);
      form.elements.long.value = coords.longitude.toFixed(7);
      form.elements.accuracy.value = Math.round(coords.accuracy);
      told.textContent = told.dataset.found.replace("{m}", Math.round(coords.accuracy));
    },
    () => {
      told.textContent = told.dataset.failed;
    },
    POSITION,
  );
}

async function shrink() {
  const files = new DataTransfer();
  for (const file of form.elements.photos.files) {
    // biome-ignore lint/performance/noAwaitInLoops: a telephone has no memory for several
    const { photo } = await photoShrink(file);
    files.items.add(photo);
  }
  form.elements.photos.files = files.files;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!tell(missing())) {
    return;
  }
  await shrink();
  await waitingKeep(form);
  begin();
  const kept = document.querySelector("[data-kept]");
  kept.hidden = false;
  kept.focus();
});
form.elements.category.addEventListener("change", dangerShow);
form.querySelector("[data-locate]").addEventListener("click", locate);

begin();
connectionWatch();
contactWatch();
waitingWatch();
