// Which issue is open beside the map; it is marked in the list and on the map.

let selected = "";

export function selectedNumber() {
  return selected;
}

export function select(number) {
  selected = number;
  selectionMark();
}

// Marks it anew, after list or map brought other elements.
export function selectionMark() {
  for (const node of document.querySelectorAll(".marker-holder, .issue")) {
    node.classList.toggle("is-selected", Boolean(selected) && node.dataset.number === selected);
  }
}
