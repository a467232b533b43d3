// What marks and clusters look like, and how they are read out.

import { element, symbol } from "../core/dom.js";

const STATES = [
  "received",
  "triage",
  "forwarded",
  "accepted",
  "in_progress",
  "done",
  "rejected",
  "duplicate",
  "unreachable",
];

// The state by colour and shape, the topic by its pictogram, for staff whose it is as a chip.
export function markBody(issue, options) {
  const body = element("span", `mark state-${issue.state}`);
  const shape = symbol(options.symbols, `shape-${issue.state}`);
  shape.classList.add("shape");
  const pictogram = symbol(options.symbols, `pictogram-${issue.pictogram || "none"}`);
  pictogram.classList.add("pictogram");
  body.append(shape, pictogram);
  if (options.chip) {
    const kind = issue.code ? `kind-${issue.kind}` : "is-unclear";
    body.append(element("span", `chip ${kind}`, issue.code || options.chip));
  }
  return body;
}

// A ring's background: of each state as much as its share.
export function ringOf(states) {
  const present = STATES.filter((state) => states[state]);
  const whole = present.reduce((sum, state) => sum + states[state], 0);
  let from = 0;
  const parts = present.map((state) => {
    const begun = from;
    from += (states[state] / whole) * 100;
    return `var(--state-${state.replace("_", "-")}) ${begun.toFixed(1)}% ${from.toFixed(1)}%`;
  });
  return `conic-gradient(${parts.join(", ")})`;
}

export function clusterBody({ count, states }) {
  const size = Math.min(4, String(count).length);
  const body = element("span", `cluster digits-${size}`);
  body.style.setProperty("--ring", ringOf(states));
  body.append(element("span", "", new Intl.NumberFormat(document.documentElement.lang || "de").format(count)));
  return body;
}

export function markLabel(issue, number) {
  return [issue.category, issue.state_text, issue.authority, number].filter(Boolean).join(", ");
}
