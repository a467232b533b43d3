// Pictures of map services that did not come: asked for again, and told in the list of layers since when.
//
// The proxy gives one transparent pixel instead of a picture; an image of another size is a picture.

const TRIES = 4;
const FIRST_WAIT = 1000;
// While the map is used, what is wrong with the services is asked for at most this often.
const ASK_EVERY = 60_000;
const SOON = 1500;

const tries = new WeakMap();

export function isHole(tile) {
  return tile.naturalWidth === 1;
}

// The address with another parameter each time: a browser gives the same image for the same address.
export function addressAgain(address, count) {
  const [path, query] = address.split("?");
  const parameters = new URLSearchParams(query);
  parameters.set("again", String(count));
  return `${path}?${parameters}`;
}

// A tile that left the map is not asked for any more.
function askAgain(tile) {
  const count = tries.get(tile) ?? 0;
  if (count >= TRIES) {
    return;
  }
  tries.set(tile, count + 1);
  setTimeout(
    () => {
      if (tile.isConnected) {
        tile.src = addressAgain(tile.src, count + 1);
      }
    },
    FIRST_WAIT * 2 ** count,
  );
}

export function noteShow(entry, text) {
  if (entry.note.textContent !== text) {
    entry.note.textContent = text;
  }
}

async function statesShow(entries, options) {
  const response = await fetch(options.states, { headers: { accept: "application/json" } });
  if (!response.ok) {
    return;
  }
  const { services } = await response.json();
  for (const entry of entries) {
    noteShow(entry, services[entry.about.slug] ?? (entry.holes.size > 0 ? options.texts.holes : ""));
  }
}

// Asks after a moment, for many holes once; `mayBe`: not before a minute after the last time.
function asker(ask) {
  const state = { next: Date.now() + ASK_EVERY, timer: 0 };
  const askNow = () => {
    state.timer = 0;
    state.next = Date.now() + ASK_EVERY;
    ask();
  };
  const soon = () => {
    state.timer ||= setTimeout(askNow, SOON);
  };
  const mayBe = () => {
    if (Date.now() > state.next) {
      soon();
    }
  };
  return { soon, mayBe };
}

function entryWatch(entry, { soon, mayBe }, text) {
  entry.holes = new Set();
  const filled = (tile) => {
    if (entry.holes.delete(tile) && entry.holes.size === 0 && entry.note.textContent === text) {
      noteShow(entry, "");
    }
  };
  entry.layer.on("tileunload", ({ tile }) => filled(tile));
  entry.layer.on("tileload", ({ tile }) => {
    if (isHole(tile)) {
      entry.holes.add(tile);
      askAgain(tile);
      soon();
    } else {
      filled(tile);
    }
  });
  entry.layer.on("load", mayBe);
}

export function holesWatch(entries, options) {
  // A network that is away is told by the issues already.
  const asking = asker(() => statesShow(entries, options).catch(() => {}));
  for (const entry of entries) {
    entryWatch(entry, asking, options.texts.holes);
  }
}
