// The grid that tiles of issues are cut from (gis_core/grid.py): 2^30 units to the world's width.

// At zoom 0 the world is 256 pixels wide, which makes four cells of 64 pixels.
const CELLS_AT_ZOOM_0 = 4;
const UNITS = 2 ** 30;

// The cell of a place on the map: what lies in the same one is drawn as one mark or cluster.
export function cellOf([column, row], zoom) {
  const units = UNITS / (CELLS_AT_ZOOM_0 * 2 ** zoom);
  return `${Math.floor(column / units)}/${Math.floor(row / units)}`;
}

// What an element of a list says of its place; null where it says nothing.
export function gridOf(node) {
  const given = node?.dataset.grid;
  return given ? given.split(" ").map(Number) : null;
}
