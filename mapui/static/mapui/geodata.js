// Layers of the map of an edition; builds on maps.js. Text from data is set with textContent only.
"use strict";

(() => {
  const { element, load, note } = window.flurpost;
  const DENSE = 300;
  const ORDER = ["vanished", "split", "merged", "changed", "new"];

  // Colours, lines and patterns stand in flurpost.css, the patterns themselves in the page.
  function changeLayer(options) {
    const className = `change change-${options.kind}`;
    const pane = `changes-${options.kind}`;
    const layer = L.geoJSON(null, {
      pane,
      style: (feature) => ({
        pane, className, weight: 2.5, fill: /Polygon/.test(feature.geometry.type), fillOpacity: 1,
      }),
      pointToLayer: (feature, latlng) => L.circleMarker(latlng, { pane, className, radius: 8, weight: 2.5, fillOpacity: 1 }),
      onEachFeature: (feature, shape) => shape.bindTooltip(() => tip(feature.properties), { sticky: true }),
    });
    let asked = 0;

    function tip(change) {
      const shown = element("span", "tip");
      shown.append(element("strong", "", change.kind_text), document.createElement("br"), change.key);
      if (change.related.length) {
        shown.append(document.createElement("br"), options.related + change.related.join(", "));
      }
      return shown;
    }

    async function refresh() {
      const map = layer._map;
      if (!map) return;
      const turn = (asked += 1);
      const collection = await load(`${options.url}&bbox=${map.getBounds().toBBoxString()}`);
      if (turn !== asked || layer._map !== map) return;
      layer.clearLayers();
      layer.addData(collection);
      // Thick lines would hide what many small areas say by their patterns.
      map.getPane(pane).classList.toggle("dense", collection.features.length > DENSE);
      note(collection.truncated ? options.truncated : "");
    }

    let map = null;
    // Successors lie upon what they came from.
    paned(layer, pane, 400 + ORDER.indexOf(options.kind));
    layer.on("add", () => { map = layer._map; map.on("moveend", refresh); refresh(); });
    layer.on("remove", () => { map.off("moveend", refresh); layer.clearLayers(); });
    return layer;
  }

  function findingLayer(options) {
    const pane = "findings";
    const layer = L.geoJSON(null, {
      pane,
      style: () => ({ pane, className: "finding", weight: 3, fillOpacity: 0.15 }),
      pointToLayer: (feature, latlng) => L.circleMarker(latlng, { pane, className: "finding", radius: 9, weight: 3, fillOpacity: 0.15 }),
      onEachFeature: (feature, shape) => shape.bindTooltip(() => {
        const finding = feature.properties;
        const shown = element("span", "tip");
        shown.append(element("strong", "", finding.severity), document.createElement("br"), finding.message);
        if (finding.key) shown.append(document.createElement("br"), finding.key);
        return shown;
      }),
    });
    paned(layer, pane, 450);
    layer.once("add", () => load(options.url).then((data) => layer.addData(data), (error) => note(String(error))));
    return layer;
  }

  // The pane has to be there before the layer's own renderer looks for it.
  function paned(layer, pane, height) {
    const onAdd = layer.onAdd;
    layer.onAdd = (map) => {
      if (!map.getPane(pane)) map.createPane(pane).style.zIndex = height;
      onAdd.call(layer, map);
    };
  }

  function impactLayer(options) {
    const layer = L.geoJSON(null, {
      pointToLayer: (feature, latlng) => {
        const issue = feature.properties;
        const body = element("span", "marker impact-marker");
        body.append(element("span", "arrow", "→"));
        const icon = L.divIcon({ html: body, className: "marker-holder", iconSize: [30, 26] });
        const made = L.marker(latlng, { icon, keyboard: true, riseOnHover: true });
        const open = () => { window.location.href = issue.url; };
        made.on("add", () => {
          made.getElement().setAttribute("role", "link");
          made.getElement().setAttribute("aria-label", `${feature.id}: ${issue.today} → ${issue.then}`);
        });
        made.on("click", open);
        made.on("keydown", (event) => { if (event.originalEvent.key === "Enter") open(); });
        made.bindTooltip(() => {
          const shown = element("span", "tip");
          shown.append(element("strong", "", feature.id), document.createElement("br"), `${issue.today} → ${issue.then}`,
            document.createElement("br"), issue.sentence);
          return shown;
        }, { direction: "top", offset: [0, -12] });
        return made;
      },
    });
    layer.once("add", () => load(options.url).then((data) => layer.addData(data), (error) => note(String(error))));
    return layer;
  }

  Object.assign(window.flurpost, { changeLayer, findingLayer, impactLayer });
})();
