// The base map of the staff, drawn by MapLibre inside Leaflet. Layers of Leaflet's own kind switch its parts.
// Without WebGL the map server's pictures of the same style stand in.

import { note } from "../core/note.js";
import { begin, end } from "../core/ready.js";
import { shieldDraw } from "./shields.js";

const PANE = "vector";
const maps = new WeakMap();

// Whether the browser can draw with WebGL 2, which MapLibre needs.
export function canDraw() {
  return Boolean(document.createElement("canvas").getContext("webgl2"));
}

// Which layers of a style are to be seen: those of the groups that are on, the base only where it has a variant.
export function visibilities(layers, { hasBase, groups }) {
  return layers.map(({ id, metadata }) => {
    const group = metadata?.group;
    const isOn = group === "base" ? hasBase : groups.has(group);
    return [id, isOn ? "visible" : "none"];
  });
}

// MapLibre asks from a worker, which knows no relative addresses.
function absolute(url) {
  return { url: new URL(url, globalThis.location.href).href };
}

async function styleLoad(url) {
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(`${url}: ${response.status}`);
  }
  return response.json();
}

class VectorMap {
  constructor(map, options) {
    this.map = map;
    this.options = options;
    this.groups = new Set();
    this.variant = null;
    this.styles = new Map();
    map.createPane(PANE).style.zIndex = 250;
    map.getPane(PANE).style.pointerEvents = "none";
  }

  async begin() {
    begin();
    try {
      globalThis.maplibregl = await import(this.options.library);
      globalThis.maplibregl.setWorkerUrl(absolute(this.options.worker).url);
      await import(this.options.plugin);
      const style = await this.styleOf(this.variant || this.options.first);
      this.layer = L.maplibreGL({
        style: this.switched(style),
        pane: PANE,
        interactive: false,
        transformRequest: absolute,
        maxZoom: 24,
        fadeDuration: 0,
        // Else the map would be blank on paper.
        canvasContextAttributes: { preserveDrawingBuffer: true },
      }).addTo(this.map);
      this.drawn = this.layer.getMaplibreMap();
      this.drawn.setMissingStyleImageResolver(async (name) => shieldDraw(this.drawn, name));
      this.drawn.on("error", ({ error }) => note(String(error?.message || error)));
      this.drawn.once("idle", end);
      this.map.vectorMap = this.drawn;
    } catch (error) {
      note(String(error));
      end();
    }
  }

  styleOf(variant) {
    if (!this.styles.has(variant)) {
      this.styles.set(variant, styleLoad(this.options.styles[variant]));
    }
    return this.styles.get(variant);
  }

  switched(style) {
    const seen = new Map(visibilities(style.layers, { hasBase: this.variant !== null, groups: this.groups }));
    const layers = style.layers.map((layer) => ({
      ...layer,
      layout: { ...layer.layout, visibility: seen.get(layer.id) },
    }));
    return { ...style, layers };
  }

  async apply() {
    if (!this.drawn) {
      return;
    }
    const wanted = this.variant || this.options.first;
    const style = await this.styleOf(wanted);
    this.drawn.setStyle(this.switched(style), { diff: true });
  }

  variantShow(variant) {
    this.variant = variant;
    this.apply();
  }

  groupShow(group, isOn) {
    if (isOn) {
      this.groups.add(group);
    } else {
      this.groups.delete(group);
    }
    this.apply();
  }
}

// Comes before the layers below. Options: library, worker, plugin, styles (address by variant), first (a variant).
export function vectorMap(map, options) {
  if (canDraw()) {
    const made = new VectorMap(map, options);
    maps.set(map, made);
    // Folium's script adds the layers in the same turn: they say first what is shown.
    queueMicrotask(() => made.begin());
  }
}

// A layer that is on while `show` says so; its pictures where there is no vector map.
function partOf(options, show) {
  const layer = new L.Layer();
  const pictures = options.pictures
    ? L.tileLayer.wms(options.pictures, { ...options.request, pane: options.pane || "tilePane" })
    : null;
  layer.onAdd = (map) => {
    const drawn = maps.get(map);
    if (drawn) {
      show(drawn, true);
    } else {
      pictures?.addTo(map);
    }
  };
  layer.onRemove = (map) => {
    const drawn = maps.get(map);
    if (drawn) {
      show(drawn, false);
    } else {
      pictures?.remove();
    }
  };
  return layer;
}

// A variant of the base map. Options: variant, pictures (address of a WMS), request (its parameters).
export function vectorBase(options) {
  return partOf(options, (drawn, isOn) => {
    if (isOn || drawn.variant === options.variant) {
      drawn.variantShow(isOn ? options.variant : null);
    }
  });
}

// A group of the style's layers. Options: group; pictures and request as above.
export function vectorPart(options) {
  return partOf(options, (drawn, isOn) => drawn.groupShow(options.group, isOn));
}
