// What a person chose for this browser: how wide panes are, for instance. Where nothing can be kept, nothing is.

const PREFIX = "flurpost.";

export function kept(name, otherwise) {
  try {
    return JSON.parse(globalThis.localStorage.getItem(PREFIX + name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function keep(name, value) {
  try {
    globalThis.localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // A full or closed store: the choice counts until the page is left.
  }
}
