// Issues as markers, by state or by authority.

import { textOn } from "../core/colours.js";
import { element, symbol, tip } from "../core/dom.js";
import { CHOICE_CHANGED, ISSUES_CHANGED, on } from "../core/events.js";
import { modes, SELECT } from "../core/modes.js";
import { latest, load } from "../core/net.js";
import { noteCut, noteFailure } from "../core/note.js";
import { selectedNumber } from "../core/selection.js";
import { detailsOpen } from "../page/details.js";
import { listFeed } from "../page/list.js";

// What a marker shows: the state's symbol, in the authority's colour where that counts.
export function markerBody(issue, options) {
  const body = element("span", `marker state-${issue.state}`);
  if (options.style !== "authority") {
    body.append(symbol(options.symbols, issue.state, issue.colour));
    return body;
  }
  body.classList.add("by-authority");
  body.append(symbol(options.symbols, issue.state));
  if (issue.code) {
    body.style.setProperty("--colour", issue.colour);
    body.style.setProperty("--on-colour", textOn(issue.colour));
  } else {
    body.classList.add("is-unclear");
    body.append(element("span", "unknown", "?"));
  }
  return body;
}

function marker(feature, latlng, options) {
  const issue = feature.properties;
  const icon = L.divIcon({ html: markerBody(issue, options), className: "marker-holder", iconSize: [30, 30] });
  const made = L.marker(latlng, { icon, keyboard: true, riseOnHover: true });
  made.on("add", () => {
    const node = made.getElement();
    const label = [issue.category, issue.state_text, issue.authority, feature.id].filter(Boolean).join(", ");
    node.setAttribute("role", "button");
    node.setAttribute("aria-label", label);
    node.dataset.number = feature.id;
    node.classList.toggle("is-selected", feature.id === selectedNumber());
  });
  made.bindTooltip(() => tip(issue.category, issue.state_text, issue.authority), {
    direction: "top",
    offset: [0, -12],
  });
  const open = () => {
    if (modes.is(SELECT)) {
      detailsOpen(issue.url);
    }
  };
  made.on("click", (event) => {
    L.DomEvent.stopPropagation(event);
    open();
  });
  made.on("keydown", (event) => {
    if (![" ", "Enter"].includes(event.originalEvent.key)) {
      return;
    }
    event.originalEvent.preventDefault();
    open();
  });
  return made;
}

export function issueLayer(options) {
  const layer = L.geoJSON(null, { pointToLayer: (feature, latlng) => marker(feature, latlng, options) });
  const asked = latest(load);

  async function reload() {
    try {
      const collection = await asked(listFeed() || options.url);
      if (!collection) {
        return;
      }
      layer.clearLayers();
      layer.addData(collection);
      noteCut("issues", collection.truncated ? options.truncated : "");
    } catch {
      noteFailure();
    }
  }

  layer.once("add", reload);
  on(ISSUES_CHANGED, reload);
  on(CHOICE_CHANGED, reload);
  return layer;
}
