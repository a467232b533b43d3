// Layers of the map of an explanation; builds on maps.js. Text from data is set with textContent only.
"use strict";

(() => {
  const { element, load, note } = window.flurpost;
  const ORDER = ["parcel", "section", "part", "place"];
  const fetched = new Map();

  // The layers share one request.
  function features(url, kind) {
    if (!fetched.has(url)) fetched.set(url, load(url));
    return fetched.get(url).then((collection) => ({
      type: "FeatureCollection",
      features: collection.features.filter((feature) => feature.properties.kind === kind),
    }));
  }

  function style(feature) {
    const { kind, colour } = feature.properties;
    if (kind === "part") return { className: "disc-part", color: "#1c2526", weight: 1, fillColor: colour, fillOpacity: 0.45 };
    if (kind === "section") return { className: "road-section", color: "#1c2526", weight: 3, dashArray: "10 5" };
    return { color: "#8a4b00", weight: 2, fillColor: "#8a4b00", fillOpacity: 0.04 };
  }

  function place(latlng) {
    const icon = L.divIcon({ html: element("span", "pin"), className: "marker-holder", iconSize: [22, 22] });
    return L.marker(latlng, { icon, keyboard: false });
  }

  function label(feature) {
    const shown = element("span", "tip");
    const { label: text, rule, percent } = feature.properties;
    shown.append(element("strong", "", text));
    if (percent !== undefined) shown.append(document.createElement("br"), `${percent} %`);
    if (rule) shown.append(document.createElement("br"), rule);
    return shown;
  }

  // Its share of the disc stands in each part, at the place that the server chose inside of it.
  function named(layer, feature) {
    const icon = L.divIcon({ html: element("span", "", `${feature.properties.percent} %`), className: "part-share", iconSize: [0, 0] });
    const [longitude, latitude] = feature.properties.inside;
    return L.marker([latitude, longitude], { icon, interactive: false, keyboard: false, pane: layer.options.pane });
  }

  function explanationLayer(options) {
    const pane = `explanation-${options.kind}`;
    const layer = L.featureGroup([], { pane });
    layer.on("add", () => {
      const map = layer._map;
      if (layer.getLayers().length) return;
      if (!map.getPane(pane)) map.createPane(pane).style.zIndex = 410 + ORDER.indexOf(options.kind);
      features(options.url, options.kind).then((collection) => {
        const shapes = L.geoJSON(collection, {
          pane, style: (feature) => ({ ...style(feature), pane }),
          pointToLayer: (feature, latlng) => place(latlng),
          onEachFeature: (feature, shape) => shape.bindTooltip(() => label(feature), { sticky: true }),
        });
        layer.addLayer(shapes);
        if (options.kind !== "part") return;
        shapes.eachLayer((shape) => layer.addLayer(named(layer, shape.feature)));
      }, (error) => note(String(error)));
    });
    return layer;
  }

  Object.assign(window.flurpost, { explanationLayer });
})();
