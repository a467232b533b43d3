// Which rows of the queue are ticked, by hand or by key; what is done with them finds them as `name=numbers`.

import { LIST_SHOWN, on } from "../core/events.js";

const chosen = new Set();
let last = "";

function rows() {
  return [...document.querySelectorAll("#issue-list .issue")];
}

// The list's own filter, without the report that is open beside it and without the page.
function listQuery() {
  const query = new URLSearchParams(globalThis.location.search);
  query.delete("issue");
  query.delete("page");
  return query;
}

function draw() {
  for (const row of rows()) {
    const isChosen = chosen.has(row.dataset.number);
    const box = row.querySelector("[name=numbers]");
    if (box) {
      box.checked = isChosen;
    }
    row.classList.toggle("is-chosen", isChosen);
  }
  const told = document.querySelector("[data-chosen]");
  if (told) {
    told.hidden = chosen.size === 0;
    told.querySelector("[data-chosen-count]").textContent = String(chosen.size);
  }
}

// Ticks a row or takes its tick away; with `upTo` all rows from the one before to this one are ticked.
export function rowSelect(row, { upTo }) {
  if (!row) {
    return;
  }
  const { number } = row.dataset;
  const all = rows();
  const from = all.findIndex((one) => one.dataset.number === last);
  if (upTo && from >= 0) {
    const [first, end] = [from, all.indexOf(row)].sort((a, b) => a - b);
    for (const one of all.slice(first, end + 1)) {
      chosen.add(one.dataset.number);
    }
  } else if (!chosen.delete(number)) {
    chosen.add(number);
  }
  last = number;
  draw();
}

export function selectingWatch() {
  document.addEventListener("click", (event) => {
    const box = event.target.closest?.("#issue-list [name=numbers]");
    if (box) {
      rowSelect(box.closest(".issue"), { upTo: event.shiftKey });
    }
    // What is ticked is meant, else all that the list shows.
    const bulk = event.target.closest?.("[data-bulk]");
    if (bulk) {
      const query = chosen.size > 0 ? new URLSearchParams({ numbers: [...chosen].join(",") }) : listQuery();
      bulk.href = `${bulk.pathname}?${query}`;
    }
    if (event.target.closest?.("[data-chosen-clear]")) {
      chosen.clear();
      draw();
    }
  });
  on(LIST_SHOWN, draw);
}
