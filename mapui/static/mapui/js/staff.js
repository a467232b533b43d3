// What Folium's script calls on maps that only people who are logged in see; bridge.js comes first.

import { changeLayer } from "./layers/changes.js";
import { explanationLayer } from "./layers/explanation.js";
import { findingLayer } from "./layers/findings.js";
import { impactLayer } from "./layers/impact.js";
import { vectorBase, vectorMap, vectorPart } from "./layers/vectormap.js";
import { placePicker } from "./tools/picker.js";
import { placeSetter } from "./tools/placing.js";

Object.assign(globalThis.flurpost, {
  changeLayer,
  explanationLayer,
  findingLayer,
  impactLayer,
  placePicker,
  placeSetter,
  vectorBase,
  vectorMap,
  vectorPart,
});
