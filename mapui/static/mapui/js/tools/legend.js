// The legend: a symbol or a swatch for each entry.

import { element, symbol } from "../core/dom.js";

const NARROW = 640;

function entryItem(entry, symbols) {
  const item = element("li");
  if (entry.kind === "symbol") {
    item.append(symbol(symbols, entry.symbol, entry.colour));
  } else {
    const swatch = element("span", `legend-${entry.kind}`, entry.kind === "unclear" ? "?" : "");
    swatch.style.setProperty("--colour", entry.colour ?? "");
    item.append(swatch);
  }
  item.append(element("span", "", entry.text));
  return item;
}

export function legendBox(options, isOpen) {
  const box = element("details", "legend");
  box.open = isOpen;
  const list = element("ul");
  list.append(...options.entries.map((entry) => entryItem(entry, options.symbols)));
  box.append(element("summary", "", options.title), list);
  return box;
}

export function legend(map, options) {
  const control = L.control({ position: "bottomleft" });
  control.onAdd = () => {
    const box = legendBox(options, !options.closed && map.getSize().x > NARROW);
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    return box;
  };
  control.addTo(map);
}
