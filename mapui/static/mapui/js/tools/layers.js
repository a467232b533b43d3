// The list of layers: one background, overlays in groups, and of each map service opacity, legend and who made it.

import { element } from "../core/dom.js";
import { holesWatch } from "./holes.js";

let made = 0;

function ticked(entry, map) {
  const input = element("input");
  input.type = entry.about.background ? "radio" : "checkbox";
  input.name = "map-background";
  input.checked = map.hasLayer(entry.layer);
  return input;
}

function opacityField(entry, texts) {
  const label = element("label", "layer-opacity", texts.opacity);
  const input = element("input");
  input.type = "range";
  input.max = "100";
  input.step = "5";
  input.value = String(entry.about.opacity);
  input.addEventListener("input", () => entry.layer.setOpacity(Number(input.value) / 100));
  label.append(input);
  return label;
}

// The picture is asked for when somebody opens the legend; one pixel means that there is none.
function legendField(entry, texts) {
  const box = element("details", "layer-legend");
  box.append(element("summary", "", texts.legend));
  box.addEventListener("toggle", () => {
    if (!box.open || box.children.length > 1) {
      return;
    }
    const image = element("img");
    image.alt = `${texts.legend}: ${entry.about.name}`;
    image.addEventListener("load", () => {
      if (image.naturalWidth < 2) {
        image.replaceWith(element("p", "", texts.noLegend));
      }
    });
    image.src = entry.about.legend;
    box.append(image);
  });
  return box;
}

// What colours and lines of a layer of our own mean.
function entriesList(entries) {
  const list = element("ul", "layer-entries");
  for (const { kind, colour, text } of entries) {
    const item = element("li");
    const swatch = element("span", `legend-${kind}`);
    swatch.style.setProperty("--colour", colour);
    item.append(swatch, element("span", "", text));
    list.append(item);
  }
  return list;
}

function sourceLine(about, texts) {
  const line = element("p", "layer-source", about.attribution);
  if (about.licence) {
    const licence = element(about.licenceUrl ? "a" : "span", "", about.licence);
    licence.title = texts.licence;
    if (about.licenceUrl) {
      licence.href = about.licenceUrl;
      licence.rel = "noopener noreferrer";
    }
    line.append(about.attribution ? " · " : "", licence);
  }
  return line;
}

function serviceMore(entry, texts) {
  const more = element("div", "layer-more");
  entry.note = element("p", "layer-note", entry.about.note);
  entry.note.setAttribute("role", "status");
  entry.zoomNote = element("p", "layer-zoom", entry.about.zoomNote);
  more.append(entry.note, entry.zoomNote);
  if (!entry.about.background) {
    more.append(opacityField(entry, texts));
  }
  if (entry.about.legend) {
    more.append(legendField(entry, texts));
  }
  more.append(sourceLine(entry.about, texts));
  return more;
}

// The new background comes before the former one goes: with each of both the map tells what is on.
function chosen(entry, entries, map) {
  if (!entry.input.checked) {
    entry.layer.remove();
    return;
  }
  entry.layer.addTo(map);
  if (entry.about.background) {
    for (const other of entries.filter((one) => one.about.background && one !== entry)) {
      other.layer.remove();
    }
  }
}

function entryItem(entry, { entries, map, texts }) {
  const item = element("div", "layer-item");
  const label = element("label");
  entry.input = ticked(entry, map);
  entry.input.addEventListener("change", () => chosen(entry, entries, map));
  label.append(entry.input, element("span", "", entry.about.name));
  item.append(label);
  if (entry.about.slug) {
    entry.more = serviceMore(entry, texts);
    item.append(entry.more);
  } else if (entry.about.entries) {
    entry.more = entriesList(entry.about.entries);
    item.append(entry.more);
  }
  return item;
}

function groupOf(about, texts) {
  if (about.background) {
    return texts.background;
  }
  return about.group || (about.slug ? texts.services : texts.own);
}

export function groups(entries, texts) {
  const found = new Map();
  for (const entry of entries) {
    const name = groupOf(entry.about, texts);
    found.set(name, [...(found.get(name) ?? []), entry]);
  }
  return found;
}

// What the map shows now: somebody else may have switched a layer, or the zoom is another one.
function follow(entries, map) {
  for (const entry of entries) {
    const isOn = map.hasLayer(entry.layer);
    entry.input.checked = isOn;
    if (entry.more) {
      entry.more.hidden = !isOn;
    }
    if (entry.zoomNote) {
      entry.zoomNote.hidden = map.getZoom() >= (entry.layer.options.minZoom ?? 0);
    }
  }
}

function listBox(setting) {
  const list = element("div", "layers-list");
  for (const [name, members] of groups(setting.entries, setting.texts)) {
    const group = element("fieldset");
    group.append(element("legend", "", name), ...members.map((entry) => entryItem(entry, setting)));
    list.append(group);
  }
  return list;
}

// Room for the button above the list and a margin below it.
const AROUND = 64;

function toggleButton(list, { map, texts }) {
  const button = element("button", "layers-toggle");
  button.type = "button";
  button.title = texts.layers;
  button.setAttribute("aria-label", texts.layers);
  button.setAttribute("aria-controls", list.id);
  const show = (isOpen) => {
    list.hidden = !isOpen;
    list.style.maxHeight = `${Math.max(map.getSize().y - AROUND, AROUND)}px`;
    button.setAttribute("aria-expanded", String(isOpen));
  };
  button.addEventListener("click", () => show(list.hidden));
  show(false);
  return { button, show };
}

export function panelBox(setting) {
  const box = element("section", "layers-control");
  box.setAttribute("aria-label", setting.texts.layers);
  const list = listBox(setting);
  made += 1;
  list.id = `layers-list-${made}`;
  const { button, show } = toggleButton(list, setting);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      show(false);
      button.focus();
    }
  });
  box.append(button, list);
  return box;
}

export function layerPanel(map, entries, options) {
  const setting = { entries, map, texts: options.texts };
  const control = L.control({ position: "topright" });
  control.onAdd = () => {
    const box = panelBox(setting);
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    return box;
  };
  control.addTo(map);
  for (const [index, entry] of entries.entries()) {
    entry.layer.setZIndex?.(index + 1);
  }
  const followNow = () => follow(entries, map);
  map.on("layeradd layerremove zoomend", followNow);
  followNow();
  holesWatch(
    entries.filter((entry) => entry.about.slug),
    options,
  );
}
