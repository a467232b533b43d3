// Foreign scripts that are loaded when they are first needed.

const asked = new Map();

// What the script at the address leaves as the global `name`; loaded once.
export function library(address, name) {
  if (!asked.has(address)) {
    asked.set(
      address,
      import(address).then(() => globalThis[name]),
    );
  }
  return asked.get(address);
}
