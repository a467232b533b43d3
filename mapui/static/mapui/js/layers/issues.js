// Issues from tiles: marks, and clusters where several lie in one cell. What the list shows is what is drawn.

import {
  CHOICE_CHANGED,
  DETAILS_CLOSED,
  DETAILS_SHOWN,
  EXTENT_CHOSEN,
  ISSUES_CHANGED,
  on,
  PLACE_HINTED,
  raise,
  STEP_DONE,
} from "../core/events.js";
import { cellOf } from "../core/grid.js";
import { latest, load } from "../core/net.js";
import { noteFailure } from "../core/note.js";
import { listFeed } from "../page/list.js";
import { fan } from "./fan.js";
import { clusterMarker, issueMarker } from "./markers.js";
import { pinFor } from "./pin.js";

// Tiles of 512 pixels are those of the zoom before.
const TILE_SIZE = 512;
const PADDING = 60;

export function tileAddress(template, { x, y, z }) {
  return template
    .replace("{z}", z - 1)
    .replace("{x}", x)
    .replace("{y}", y);
}

// Zooms to what a cluster holds; what no zoom takes apart is fanned out and listed.
export function clusterOpen({ map, fanned }, { cluster, place, byKey }) {
  const [west, south, east, north] = cluster.bounds;
  if (cluster.one_place || map.getZoom() >= map.getMaxZoom()) {
    fanned.open(map, place, cluster.grid);
    raise(EXTENT_CHOSEN, { bbox: cluster.bounds.join(","), focus: byKey });
    return;
  }
  const within = [
    [south, west],
    [north, east],
  ];
  map.fitBounds(within, { padding: [PADDING, PADDING], maxZoom: map.getMaxZoom() });
  if (byKey) {
    map.getContainer().focus();
  }
}

// The marks of one tile; the former stay until others are there.
function tileOf(coords, group, options, open) {
  const asked = latest(load);
  let markers = [];

  function clear() {
    for (const one of markers) {
      group.removeLayer(one);
    }
    markers = [];
  }

  function marker({ id, geometry, properties }) {
    const [longitude, latitude] = geometry.coordinates;
    const place = [latitude, longitude];
    return properties.count
      ? clusterMarker(place, properties, { zoom: coords.z, open })
      : issueMarker(place, properties, id, { ...options, zoom: coords.z });
  }

  return {
    markers: () => markers,
    zoom: coords.z,
    clear,
    fill: async () => {
      const feed = listFeed() ?? options.url;
      // A filter that cannot be used has no issues.
      if (!feed) {
        asked.forget();
        clear();
        return;
      }
      try {
        const collection = await asked(tileAddress(feed, coords));
        if (collection) {
          clear();
          markers = collection.features.map(marker);
          for (const one of markers) {
            group.addLayer(one);
          }
        }
      } catch {
        noteFailure();
      }
    },
    // Whatever is still under way is no longer wanted.
    drop: () => {
      asked.forget();
      clear();
    },
  };
}

export function issueLayer(options) {
  const group = L.layerGroup();
  const fanned = fan(options, () => pin.renew());
  const tiles = new Map();
  const keyOf = ({ x, y, z }) => `${z}/${x}/${y}`;
  const layer = new L.GridLayer({ tileSize: TILE_SIZE, noWrap: true, keepBuffer: 1, updateWhenZooming: false });
  const shown = () => [...tiles.values(), fanned].flatMap((one) => one.markers());
  const pin = pinFor(group, (number) => shown().some((one) => one.number === number));

  layer.createTile = (coords, done) => {
    const tile = tileOf(coords, group, options, (asked) => clusterOpen({ map: layer._map, fanned }, asked));
    tiles.set(keyOf(coords), tile);
    tile.fill().then(() => {
      pin.renew();
      done(null, holder);
    });
    const holder = document.createElement("div");
    return holder;
  };
  layer.on("tileunload", ({ coords }) => {
    tiles.get(keyOf(coords))?.drop();
    tiles.delete(keyOf(coords));
    pin.renew();
  });
  layer.on("add", () => group.addTo(layer._map));
  layer.on("remove", () => group.remove());

  async function refill() {
    fanned.close();
    await Promise.all([...tiles.values()].map((tile) => tile.fill()));
    pin.renew();
  }
  on(ISSUES_CHANGED, refill);
  on(STEP_DONE, refill);
  on(CHOICE_CHANGED, refill);
  on(DETAILS_SHOWN, pin.show);
  on(DETAILS_CLOSED, () => pin.show({ number: "", place: null, accuracy: 0 }));
  on(PLACE_HINTED, (hinted) => {
    for (const tile of tiles.values()) {
      const cell = hinted && cellOf(hinted.grid, tile.zoom);
      for (const one of tile.markers()) {
        one.getElement()?.classList.toggle("is-hinted", cellOf(one.grid, tile.zoom) === cell);
      }
    }
  });
  return layer;
}
