// What Folium's script calls. Text of people is set with textContent only; no HTML is built from data.
"use strict";

(() => {
  // Leaflet looks for its marker images beside its style sheet, whose hashed name it does not expect; we use none.
  const SVG = "http://www.w3.org/2000/svg";
  const state = { pending: 0, map: null, issues: null, selected: "", outline: null, texts: {}, cut: {} };

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function symbol(sprite, name, colour) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("class", "symbol");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS(SVG, "use");
    use.setAttribute("href", `${sprite}#${name}`);
    svg.append(use);
    if (colour) svg.style.color = colour;
    return svg;
  }

  // Whether black text has more contrast on this colour (#rrggbb) than white (relative luminance of WCAG 2.1).
  function isLight(colour) {
    const part = (start) => {
      const value = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    };
    return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5) > 0.179;
  }

  // --- Readiness: a page is ready when its issues, outlines and first tiles are there. ---------------------------
  function begin() { state.pending += 1; }
  function end() {
    state.pending -= 1;
    if (state.pending === 0 && state.map) state.map.getContainer().dataset.mapReady = "true";
  }

  // What is told over the map; while there is nothing else, that not everything is shown.
  function note(text) {
    const place = document.querySelector(".map-note[role=status]");
    if (!place) return;
    const shown = text || Object.values(state.cut).filter(Boolean).join(" ");
    place.textContent = shown;
    place.hidden = !shown;
  }

  function noteCut(what, text) {
    state.cut[what] = text;
    note("");
  }

  async function load(url) {
    begin();
    try {
      const response = await fetch(url, { headers: { Accept: "application/geo+json" } });
      if (!response.ok) throw new Error(`${url}: ${response.status}`);
      return await response.json();
    } finally {
      end();
    }
  }

  // --- Issues ---------------------------------------------------------------------------------------------------
  function marker(feature, latlng, options) {
    const issue = feature.properties;
    const body = element("span", `marker state-${issue.state}`);
    if (options.style === "authority") {
      body.classList.add("by-authority");
      if (issue.code) {
        body.style.setProperty("--colour", issue.colour);
        body.style.setProperty("--on-colour", isLight(issue.colour) ? "#1c2526" : "#fff");
      }
      else body.classList.add("is-unclear");
      body.append(symbol(options.symbols, issue.state));
      if (!issue.code) body.append(element("span", "unknown", "?"));
    } else {
      body.append(symbol(options.symbols, issue.state, issue.colour));
    }
    const icon = L.divIcon({ html: body, className: "marker-holder", iconSize: [30, 30] });
    const made = L.marker(latlng, { icon, keyboard: true, riseOnHover: true });
    const label = [issue.category, issue.state_text, issue.authority, feature.id].filter(Boolean).join(", ");
    made.on("add", () => {
      const node = made.getElement();
      node.setAttribute("role", "button");
      node.setAttribute("aria-label", label);
      node.dataset.number = feature.id;
      node.classList.toggle("is-selected", feature.id === state.selected);
    });
    made.bindTooltip(() => {
      const tip = element("span", "tip");
      tip.append(element("strong", "", issue.category), document.createElement("br"), issue.state_text);
      if (issue.authority) tip.append(document.createElement("br"), issue.authority);
      return tip;
    }, { direction: "top", offset: [0, -12] });
    const open = () => { if (!window.flurpost.placing) show(issue.url); };
    made.on("click", (event) => { L.DomEvent.stopPropagation(event); open(); });
    made.on("keydown", (event) => {
      if (![" ", "Enter"].includes(event.originalEvent.key)) return;
      event.originalEvent.preventDefault();
      open();
    });
    return made;
  }

  function issueLayer(options) {
    const layer = L.geoJSON(null, { pointToLayer: (feature, latlng) => marker(feature, latlng, options) });
    layer.reload = async () => {
      const source = document.querySelector(options.source);
      try {
        const collection = await load((source && source.dataset.feed) || options.url);
        layer.clearLayers();
        layer.addData(collection);
        noteCut("issues", collection.truncated ? options.truncated : "");
      } catch (error) {
        note(state.texts.failed || String(error));
      }
    };
    state.issues = layer;
    layer.once("add", layer.reload);
    return layer;
  }

  function outlineLayer(options) {
    const style = { color: "#0b5351", weight: 2.5, opacity: 0.8, fill: false, dashArray: "8 5", interactive: false };
    const layer = L.geoJSON(null, { style });
    layer.once("add", () => load(options.url).then((data) => layer.addData(data), () => {}));
    return layer;
  }

  // --- Parcel numbers -------------------------------------------------------------------------------------------
  function labelLayer(options) {
    const layer = L.layerGroup();
    let asked = 0;
    async function refresh() {
      const map = layer._map;
      if (!map) return;
      const turn = (asked += 1);
      if (map.getZoom() < options.minZoom) { layer.clearLayers(); noteCut("labels", ""); return; }
      const collection = await load(`${options.url}?bbox=${map.getBounds().toBBoxString()}`);
      if (turn !== asked || layer._map !== map) return;
      layer.clearLayers();
      for (const feature of free(map, collection.features)) layer.addLayer(label(feature));
      noteCut("labels", collection.truncated ? options.truncated : "");
    }
    layer.on("add", () => { layer._map.on("moveend", refresh); refresh(); });
    layer.on("remove", () => { state.map.off("moveend", refresh); layer.clearLayers(); noteCut("labels", ""); });
    return layer;
  }

  // Largest parcels come first; a label that would lie upon another is left out.
  function free(map, features) {
    const taken = [];
    return features.filter((feature) => {
      const [longitude, latitude] = feature.geometry.coordinates;
      const point = map.latLngToContainerPoint([latitude, longitude]);
      const half = 4 + 3.6 * feature.properties.number.length;
      const box = [point.x - half, point.y - 9, point.x + half, point.y + 9];
      if (taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) {
        return false;
      }
      taken.push(box);
      return true;
    });
  }

  function label(feature) {
    const [longitude, latitude] = feature.geometry.coordinates;
    const icon = L.divIcon({
      html: element("span", "", feature.properties.number), className: "parcel-label", iconSize: [0, 0],
    });
    return L.marker([latitude, longitude], { icon, interactive: false, keyboard: false });
  }

  // --- Details --------------------------------------------------------------------------------------------------
  function show(url) {
    htmx.ajax("GET", url, { target: "#details", swap: "innerHTML" });
  }

  function placePicker(map, options) {
    state.outlineUrl = options.outline;
    map.on("click", (event) => {
      if (window.flurpost.placing) return;
      if (map.getZoom() < options.minZoom) { note(options.hint); return; }
      note("");
      const { lat, lng } = event.latlng.wrap();
      const address = new URL(options.url, window.location.href);
      address.searchParams.set("lat", lat.toFixed(7));
      address.searchParams.set("lon", lng.toFixed(7));
      show(address.pathname + address.search);
    });
  }

  async function outlineShow(key, zoom) {
    if (state.outline) state.outline.remove();
    state.outline = null;
    if (!key || !state.outlineUrl) return;
    const collection = await load(state.outlineUrl.replace("KEY", encodeURIComponent(key)));
    const style = { color: "#c2185b", weight: 3.5, fillColor: "#c2185b", fillOpacity: 0.12, interactive: false };
    state.outline = L.geoJSON(collection, { style }).addTo(state.map);
    if (zoom) state.map.fitBounds(state.outline.getBounds(), { maxZoom: 19, padding: [40, 40], animate: false });
  }

  function select(number) {
    state.selected = number;
    for (const node of document.querySelectorAll(".marker-holder, .issue")) {
      node.classList.toggle("is-selected", Boolean(number) && node.dataset.number === number);
    }
  }

  // What is opened beside the map: marked in list and on the map, moved into view, and read out when somebody asked for it.
  function detailsShown({ focus }) {
    const shown = document.querySelector("#details .details");
    if (!shown || !state.map) return;
    state.map.invalidateSize({ pan: false });
    select(shown.dataset.number || "");
    outlineShow(shown.dataset.parcel, "zoomToParcel" in shown.dataset);
    if (shown.dataset.latitude) {
      const place = [Number(shown.dataset.latitude), Number(shown.dataset.longitude)];
      if (state.map.getZoom() < 16) state.map.setView(place, 17, { animate: false });
      else state.map.panTo(place, { animate: false });
    }
    if (focus) shown.querySelector(".details-title").focus({ preventScroll: false });
    else document.querySelector(".issue.is-selected")?.scrollIntoView({ block: "nearest" });
  }

  function detailsClose() {
    const details = document.querySelector("#details");
    if (!details || !details.firstElementChild) return;
    const number = state.selected;
    details.replaceChildren();
    const address = new URL(window.location.href);
    if (address.searchParams.has("issue")) {
      address.searchParams.delete("issue");
      // htmx brings back the page of such an entry when somebody goes back to it.
      window.history.pushState({ htmx: true }, "", address);
    }
    outlineShow("");
    select("");
    if (state.map) state.map.invalidateSize({ pan: false });
    const back = [...document.querySelectorAll(".issue")].find((node) => node.dataset.number === number);
    (back ? back.querySelector("a") : document.querySelector("#issue-list")).focus();
  }

  // --- Controls -------------------------------------------------------------------------------------------------
  function legend(map, options) {
    const control = L.control({ position: "bottomleft" });
    control.onAdd = () => {
      const box = element("details", "legend");
      box.open = !options.closed && map.getSize().x > 640;
      box.append(element("summary", "", options.title));
      const list = element("ul");
      for (const entry of options.entries) {
        const item = element("li");
        if (entry.kind === "symbol") {
          item.append(symbol(options.symbols, entry.symbol, entry.colour));
        } else {
          const swatch = element("span", `legend-${entry.kind}`, entry.kind === "unclear" ? "?" : "");
          swatch.style.setProperty("--colour", entry.colour);
          item.append(swatch);
        }
        item.append(element("span", "", entry.text));
        list.append(item);
      }
      box.append(list);
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.disableScrollPropagation(box);
      return box;
    };
    control.addTo(map);
  }

  function ready(map, options) {
    state.map = map;
    state.texts = options.texts;
    const container = map.getContainer();
    container.setAttribute("role", "region");
    container.setAttribute("aria-label", options.texts.map);
    L.control.scale({ imperial: false, maxWidth: 120, position: "bottomright" }).addTo(map);
    L.control.zoom({ zoomInTitle: options.texts.zoomIn, zoomOutTitle: options.texts.zoomOut }).addTo(map);
    map.attributionControl.setPrefix(false);
    const toggle = container.querySelector(".leaflet-control-layers-toggle");
    if (toggle) {
      toggle.title = options.texts.layers;
      toggle.setAttribute("aria-label", options.texts.layers);
      toggle.setAttribute("role", "button");
    }
    const far = () => container.classList.toggle("is-far", map.getZoom() < 15);
    map.on("zoomend", far);
    map.fitBounds(options.bounds, { animate: false });
    far();
    detailsShown({ focus: false });
    map.eachLayer((layer) => {
      if (!(layer instanceof L.GridLayer) || !layer.isLoading()) return;
      begin();
      layer.once("load", end);
    });
    // Whatever began and ended before the map was known is counted here.
    begin();
    setTimeout(end, 0);
  }

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target && event.detail.target.id === "details") { detailsShown({ focus: true }); return; }
    select(state.selected);
    if (state.issues) state.issues.reload();
  });
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () => note(state.texts.failed || ""));
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close-details]")) detailsClose();
  });
  // Whoever changes the language stays where the address has come to since the page was loaded.
  document.addEventListener("submit", (event) => {
    const next = event.target.closest("form.language")?.elements.next;
    if (next) next.value = window.location.pathname + window.location.search;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") detailsClose();
  });

  window.flurpost = { issueLayer, outlineLayer, labelLayer, placePicker, legend, ready, load, note, element };
})();
