// A page is ready when its issues, outlines and first tiles are there: when nothing that began is still under way.

let pending = 0;
let announce = () => {};

export function begin() {
  pending += 1;
}

export function end() {
  pending -= 1;
  if (pending === 0) {
    announce();
  }
}

// Calls back each time nothing is under way any more, also when all of it ended before.
export function onReady(callback) {
  announce = callback;
  begin();
  setTimeout(end, 0);
}
