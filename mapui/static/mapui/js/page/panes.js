// The panes of the one screen: how wide they are and which are closed; where the screen is narrow, tabs instead.

import { DETAILS_CLOSED, DETAILS_SHOWN, EXTENT_CHOSEN, on } from "../core/events.js";
import { keep, kept } from "../core/kept.js";

const KEPT = "panes";
const NARROW = "(max-width: 62.49rem)";
const LEAST = 220;
const STEP = 24;
const WIDTHS = { queue: 368, report: 432 };
// What takes the focus in each pane.
const FOCUS = {
  queue: ["#issue-list .is-selected .issue-link", "#issue-list .issue-link", "#issue-list"],
  map: [".folium-map"],
  report: ["#details .details-title", "#pane-report"],
};

// The widest that a pane may be, so that the others keep some room.
export function widest(whole) {
  return Math.max(LEAST, Math.floor(whole / 2) - 40);
}

// How wide a pane is after a key on its separator; null for keys that mean nothing. The list grows to the right.
export function widthAfter(key, { name, width, most }) {
  const towards = name === "queue" ? 1 : -1;
  const wanted = {
    ArrowRight: width + towards * STEP,
    ArrowLeft: width - towards * STEP,
    Home: LEAST,
    End: most,
  }[key];
  return wanted === undefined ? null : Math.min(most, Math.max(LEAST, wanted));
}

class Panes {
  constructor(root) {
    this.root = root;
    this.tabs = document.querySelector(".pane-tabs");
    this.narrow = globalThis.matchMedia(NARROW);
    const { widths = {}, closed = [] } = kept(KEPT, {});
    this.widths = { ...WIDTHS, ...widths };
    this.closed = new Set(closed);
    this.shown = document.querySelector("#details > *") ? "report" : "queue";
  }

  buttons() {
    return [...this.tabs.querySelectorAll("[data-pane]")];
  }

  pane(name) {
    return this.root.querySelector(`#pane-${name}`);
  }

  most() {
    return widest(this.root.clientWidth);
  }

  draw() {
    const isNarrow = this.narrow.matches;
    document.body.classList.toggle("has-tabs", isNarrow);
    this.tabs.setAttribute("role", isNarrow ? "tablist" : "group");
    for (const button of this.buttons()) {
      const { pane: name } = button.dataset;
      const isOpen = isNarrow ? name === this.shown : !this.closed.has(name);
      this.pane(name).classList.toggle("is-closed", !isOpen);
      buttonMark(button, { isNarrow, isOpen });
    }
    for (const splitter of this.root.querySelectorAll(".splitter")) {
      const name = splitter.dataset.splits;
      splitter.hidden = isNarrow || this.closed.has(name) || this.closed.has("map");
      splitter.setAttribute("aria-valuemin", LEAST);
      splitter.setAttribute("aria-valuemax", this.most());
      splitter.setAttribute("aria-valuenow", Math.min(this.widths[name], this.most()));
      this.root.style.setProperty(`--${name}-width`, `${this.widths[name]}px`);
    }
  }

  resize(name, width) {
    this.widths[name] = Math.round(Math.min(this.most(), Math.max(LEAST, width)));
    this.keep();
    this.draw();
  }

  keep() {
    keep(KEPT, { widths: this.widths, closed: [...this.closed] });
  }

  // Opens a pane, in front where there are tabs.
  show(name) {
    this.shown = name;
    this.closed.delete(name);
    this.draw();
  }

  press(name) {
    if (this.narrow.matches) {
      this.show(name);
      return;
    }
    if (this.closed.has(name)) {
      this.closed.delete(name);
    } else if (this.closed.size < this.buttons().length - 1) {
      this.closed.add(name);
    }
    this.keep();
    this.draw();
  }
}

function buttonMark(button, { isNarrow, isOpen }) {
  const [is, isNot] = isNarrow ? ["aria-selected", "aria-pressed"] : ["aria-pressed", "aria-selected"];
  button.setAttribute(is, String(isOpen));
  button.removeAttribute(isNot);
  if (isNarrow) {
    button.setAttribute("role", "tab");
    button.tabIndex = isOpen ? 0 : -1;
  } else {
    button.removeAttribute("role");
    button.removeAttribute("tabindex");
  }
}

function splitterWatch(panes, splitter) {
  const name = splitter.dataset.splits;
  splitter.addEventListener("keydown", (event) => {
    const width = Math.min(panes.widths[name], panes.most());
    const wanted = widthAfter(event.key, { name, width, most: panes.most() });
    if (wanted !== null) {
      event.preventDefault();
      panes.resize(name, wanted);
    }
  });
  splitter.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    splitter.setPointerCapture(event.pointerId);
  });
  splitter.addEventListener("pointermove", (event) => {
    if (splitter.hasPointerCapture(event.pointerId)) {
      const { left, right } = panes.root.getBoundingClientRect();
      panes.resize(name, name === "queue" ? event.clientX - left : right - event.clientX);
    }
  });
  splitter.addEventListener("dblclick", () => panes.resize(name, WIDTHS[name]));
}

// Arrow keys go from tab to tab (ARIA Authoring Practices).
function tabsWatch(panes) {
  panes.tabs.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pane]");
    if (button) {
      panes.press(button.dataset.pane);
    }
  });
  panes.tabs.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const buttons = panes.buttons();
    const at = buttons.indexOf(event.target);
    if (!step || at < 0 || !panes.narrow.matches) {
      return;
    }
    const next = buttons[(at + step + buttons.length) % buttons.length];
    panes.show(next.dataset.pane);
    next.focus();
  });
}

let screen = null;

// Puts the focus into a pane, which opens if it was closed.
export function paneFocus(name) {
  screen?.show(name);
  const target = FOCUS[name].map((one) => document.querySelector(one)).find(Boolean);
  target?.focus();
}

export function panesWatch() {
  const root = document.querySelector(".panes");
  if (!root) {
    return;
  }
  screen = new Panes(root);
  screen.tabs.hidden = false;
  screen.draw();
  screen.narrow.addEventListener("change", () => screen.draw());
  globalThis.addEventListener("resize", () => screen.draw());
  for (const splitter of root.querySelectorAll(".splitter")) {
    splitterWatch(screen, splitter);
  }
  tabsWatch(screen);
  on(DETAILS_SHOWN, () => screen.show("report"));
  on(DETAILS_CLOSED, () => screen.narrow.matches && screen.show("queue"));
  on(EXTENT_CHOSEN, ({ focus }) => focus && screen.show("queue"));
}
