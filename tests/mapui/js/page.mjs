// A document for modules that need one: parsed for real, shown nowhere.

import { parseHTML } from "../../../mapui/node_modules/linkedom/esm/index.js";

export function pageMake(body) {
  const window = parseHTML(`<!doctype html><html><body>${body}</body></html>`);
  const { document, CustomEvent, Event } = window;
  Object.assign(globalThis, { window, document, CustomEvent, Event });
  return document;
}

// Everything that was asked for before has been answered.
export function settled() {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
