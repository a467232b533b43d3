// What a click on the map means. There is one mode at a time; a tool enters its own and the map rests in the first.

export function modeMachine(names) {
  const [rest] = names;
  const watchers = [];
  let current = rest;

  function enter(name) {
    if (!names.includes(name)) {
      throw new RangeError(`no mode of the map: ${name}`);
    }
    if (name === current) {
      return;
    }
    current = name;
    for (const watch of watchers) {
      watch(current);
    }
  }

  return {
    enter,
    leave: () => enter(rest),
    is: (name) => name === current,
    isResting: () => current === rest,
    // Called with the new mode at each change.
    watch: (react) => watchers.push(react),
  };
}

export const SELECT = "select";
export const PLACE = "place";
export const MEASURE = "measure";
export const AREA = "area";
export const modes = modeMachine([SELECT, PLACE, MEASURE, AREA]);
