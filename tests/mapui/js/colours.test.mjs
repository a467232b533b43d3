import assert from "node:assert/strict";
import test from "node:test";

import { contrast, luminance, textOn } from "../../../mapui/static/mapui/js/core/colours.js";

const STEPS = ["00", "33", "66", "99", "cc", "ff"];
const COLOURS = STEPS.flatMap((red) => STEPS.flatMap((green) => STEPS.map((blue) => `#${red}${green}${blue}`)));

test("luminance goes from black to white", () => {
  assert.equal(luminance("#000000"), 0);
  assert.ok(Math.abs(luminance("#ffffff") - 1) < 1e-9);
  assert.ok(luminance("#00ff00") > luminance("#ff0000"));
});

test("contrast is that of the standard and the same both ways", () => {
  assert.ok(Math.abs(contrast("#000000", "#ffffff") - 21) < 1e-9);
  assert.equal(contrast("#777777", "#ffffff").toFixed(2), "4.48");
  assert.equal(contrast("#ffffff", "#777777"), contrast("#777777", "#ffffff"));
  assert.equal(contrast("#8a5a00", "#8a5a00"), 1);
});

test("text is the better readable of the two on every colour", () => {
  for (const colour of COLOURS) {
    const chosen = textOn(colour);
    const other = chosen === "#1c2526" ? "#ffffff" : "#1c2526";
    assert.ok(contrast(chosen, colour) >= contrast(other, colour), colour);
    assert.ok(contrast(chosen, colour) > 3.9, colour);
  }
  assert.equal(textOn("#f2b544"), "#1c2526");
  assert.equal(textOn("#0b5351"), "#ffffff");
});
