// Layers that hold what is in view.

import { latest } from "../core/net.js";
import { note } from "../core/note.js";

// Asks at each move of the map; shows the latest answer, clears the layer when it is taken off the map.
export function viewFollow(layer, { ask, show, clear }) {
  const asked = latest(ask);
  let map = null;

  async function refresh() {
    try {
      const answer = await asked(map);
      if (answer !== undefined && map) {
        show(answer, map);
      }
    } catch (error) {
      note(String(error));
    }
  }

  layer.on("add", (event) => {
    map = event.target._map;
    map.on("moveend", refresh);
    refresh();
  });
  layer.on("remove", () => {
    map.off("moveend", refresh);
    map = null;
    clear();
  });
}
