// Issues that would get another authority; a marker leads to the issue.

import { element, tip } from "../core/dom.js";
import { fillOnce } from "./once.js";

function marker(feature, latlng) {
  const issue = feature.properties;
  const body = element("span", "marker impact-marker");
  body.append(element("span", "arrow", "→"));
  const icon = L.divIcon({ html: body, className: "marker-holder", iconSize: [30, 26] });
  const made = L.marker(latlng, { icon, keyboard: true, riseOnHover: true });
  const otherwise = `${issue.today} → ${issue.then}`;
  const open = () => {
    globalThis.location.href = issue.url;
  };
  made.on("add", () => {
    made.getElement().setAttribute("role", "link");
    made.getElement().setAttribute("aria-label", `${feature.id}: ${otherwise}`);
  });
  made.on("click", open);
  made.on("keydown", (event) => {
    if (event.originalEvent.key === "Enter") {
      open();
    }
  });
  made.bindTooltip(() => tip(feature.id, otherwise, issue.sentence), { direction: "top", offset: [0, -12] });
  return made;
}

export function impactLayer(options) {
  const layer = L.geoJSON(null, { pointToLayer: marker });
  fillOnce(layer, options.url);
  return layer;
}
