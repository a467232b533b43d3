// Suggestions below the search field: a combobox after the ARIA Authoring Practices. Without it the form works as it is.

import { element } from "../core/dom.js";
import { latest } from "../core/net.js";
import { note } from "../core/note.js";
import { detailsOpen } from "../page/details.js";

const SHORTEST = 2;
const WAIT = 180;
const NEAR = 18;

export function suggestionItem(suggestion, index) {
  const item = element("li", "suggestion");
  item.id = `suggestion-${index}`;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  item.append(
    element("span", "suggestion-kind", suggestion.kind),
    element("span", "suggestion-label", suggestion.label),
  );
  if (suggestion.detail) {
    item.append(element("span", "suggestion-detail", suggestion.detail));
  }
  return item;
}

async function ask(address, text) {
  const url = new URL(address, globalThis.location.href);
  url.searchParams.set("q", text);
  const response = await fetch(url, { headers: { accept: "application/json" } });
  if (!response.ok) {
    throw new Error(`${address}: ${response.status}`);
  }
  return (await response.json()).suggestions;
}

class Box {
  constructor(map, field, options) {
    this.map = map;
    this.field = field;
    this.options = options;
    this.list = element("ul", "suggestions");
    this.list.id = "suggestions";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", options.label);
    field.closest("form").append(this.list);
    for (const [name, value] of [
      ["role", "combobox"],
      ["aria-autocomplete", "list"],
      ["aria-controls", this.list.id],
      ["aria-expanded", "false"],
      ["autocomplete", "off"],
    ]) {
      field.setAttribute(name, value);
    }
    this.asked = latest((text) => ask(options.url, text));
    this.found = [];
    this.at = -1;
  }

  async look() {
    const text = this.field.value.trim();
    if (text.length < SHORTEST) {
      this.close();
      return;
    }
    try {
      const found = await this.asked(text);
      if (found && document.activeElement === this.field) {
        this.show(found);
      }
    } catch (error) {
      note(String(error));
    }
  }

  show(found) {
    this.found = found;
    this.at = -1;
    this.list.replaceChildren(...found.map(suggestionItem));
    this.list.hidden = found.length === 0;
    this.field.setAttribute("aria-expanded", String(found.length > 0));
    this.field.removeAttribute("aria-activedescendant");
  }

  close() {
    this.show([]);
  }

  mark(at) {
    this.at = (at + this.found.length) % this.found.length;
    for (const [index, item] of [...this.list.children].entries()) {
      item.setAttribute("aria-selected", String(index === this.at));
    }
    const marked = this.list.children[this.at];
    this.field.setAttribute("aria-activedescendant", marked.id);
    marked.scrollIntoView({ block: "nearest" });
  }

  take(at) {
    const { label, url, bounds, place, page } = this.found[at];
    if (page) {
      globalThis.location.assign(page);
      return;
    }
    this.field.value = label;
    this.close();
    if (bounds) {
      this.map.fitBounds(bounds, { maxZoom: NEAR, animate: false });
    } else if (place) {
      this.map.setView(place, NEAR, { animate: false });
    }
    if (url) {
      detailsOpen(url);
    }
  }

  key(event) {
    if (event.key === "Escape" && !this.list.hidden) {
      // The browser would empty the field.
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (this.found.length > 0 && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      this.mark(event.key === "ArrowDown" ? this.at + 1 : Math.max(this.at, 0) - 1);
    } else if (event.key === "Enter" && this.found.length > 0 && (this.at >= 0 || this.options.first)) {
      event.preventDefault();
      this.take(Math.max(this.at, 0));
    }
  }
}

// Options: field (selector), url, label; first: Enter takes the first where none is marked, else it searches.
export function searchBox(map, options) {
  const field = document.querySelector(options.field);
  if (!field) {
    return;
  }
  const box = new Box(map, field, options);
  let timer = 0;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => box.look(), WAIT);
  });
  field.addEventListener("keydown", (event) => box.key(event));
  field.addEventListener("blur", () => box.close());
  // The field keeps the focus, so that a click is not a blur first.
  box.list.addEventListener("mousedown", (event) => event.preventDefault());
  box.list.addEventListener("click", (event) => {
    const item = event.target.closest(".suggestion");
    if (item) {
      box.take([...box.list.children].indexOf(item));
    }
  });
}
