// What Folium's script calls on maps that only people who are logged in see; bridge.js comes first.

import { changeLayer } from "./layers/changes.js";
import { explanationLayer, openedLayer } from "./layers/explanation.js";
import { figuresLayer } from "./layers/figures.js";
import { findingLayer } from "./layers/findings.js";
import { impactLayer } from "./layers/impact.js";
import { sampleLayer } from "./layers/sample.js";
import { vectorBase, vectorMap, vectorPart } from "./layers/vectormap.js";
import { keysWatch } from "./page/keys.js";
import { panesWatch } from "./page/panes.js";
import { selectingWatch } from "./page/selecting.js";
import { coordinates } from "./tools/coordinates.js";
import { measuring } from "./tools/measuring.js";
import { placePicker } from "./tools/picker.js";
import { placeSetter } from "./tools/placing.js";
import { fullScreen, printing } from "./tools/screen.js";

panesWatch();
selectingWatch();
keysWatch();

Object.assign(globalThis.flurpost, {
  changeLayer,
  coordinates,
  explanationLayer,
  figuresLayer,
  findingLayer,
  fullScreen,
  impactLayer,
  measuring,
  openedLayer,
  placePicker,
  placeSetter,
  printing,
  sampleLayer,
  vectorBase,
  vectorMap,
  vectorPart,
});
