import assert from "node:assert/strict";
import test from "node:test";

import { modeMachine, modes, PLACE, SELECT } from "../../../mapui/static/mapui/js/core/modes.js";

test("the map begins with selecting", () => {
  assert.ok(modes.is(SELECT));
  assert.ok(modes.isResting());
});

test("one mode at a time, each change told once", () => {
  const machine = modeMachine(["select", "place", "lasso"]);
  const told = [];
  machine.watch((mode) => told.push(mode));
  machine.enter("place");
  machine.enter("place");
  machine.enter("lasso");
  assert.ok(machine.is("lasso"));
  assert.ok(!machine.is("place"));
  assert.ok(!machine.isResting());
  machine.leave();
  machine.leave();
  assert.deepEqual(told, ["place", "lasso", "select"]);
});

test("every watcher is told", () => {
  const machine = modeMachine([SELECT, PLACE]);
  const told = [];
  machine.watch((mode) => told.push(["first", mode]));
  machine.watch((mode) => told.push(["second", mode]));
  machine.enter(PLACE);
  assert.deepEqual(told, [
    ["first", PLACE],
    ["second", PLACE],
  ]);
});

test("an unknown mode is an error and changes nothing", () => {
  const machine = modeMachine([SELECT, PLACE]);
  assert.throws(() => machine.enter("draw"), RangeError);
  assert.ok(machine.isResting());
});
