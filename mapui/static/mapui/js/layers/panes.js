// Panes say what lies upon what.

// The pane has to be there before the layer's own renderer looks for it.
export function paneMake(layer, pane, height) {
  const { onAdd } = layer;
  layer.onAdd = (map) => {
    if (!map.getPane(pane)) {
      map.createPane(pane).style.zIndex = height;
    }
    return onAdd.call(layer, map);
  };
}
