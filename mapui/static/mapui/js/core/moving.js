// Moves of the map that the page makes itself; the list follows those of people only.

let isOwn = false;

// `move` moves the map at once (without animation).
export function moveQuietly(move) {
  isOwn = true;
  try {
    move();
  } finally {
    isOwn = false;
  }
}

export function isMovedByPage() {
  return isOwn;
}
