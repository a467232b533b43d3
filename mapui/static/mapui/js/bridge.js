// The only global: what Folium's script calls. It comes behind this module, because both wait for the page.

import { changeLayer } from "./layers/changes.js";
import { explanationLayer } from "./layers/explanation.js";
import { findingLayer } from "./layers/findings.js";
import { impactLayer } from "./layers/impact.js";
import { issueLayer } from "./layers/issues.js";
import { labelLayer } from "./layers/labels.js";
import { outlineLayer } from "./layers/outline.js";
import { detailsWatch } from "./page/details.js";
import { failuresWatch } from "./page/failures.js";
import { languageWatch } from "./page/language.js";
import { listWatch } from "./page/list.js";
import { placeAsked } from "./tools/asking.js";
import { legend } from "./tools/legend.js";
import { placePicker } from "./tools/picker.js";
import { placeSetter } from "./tools/placing.js";
import { ready } from "./tools/view.js";

detailsWatch();
failuresWatch();
languageWatch();
listWatch();

globalThis.flurpost = Object.freeze({
  changeLayer,
  explanationLayer,
  findingLayer,
  impactLayer,
  issueLayer,
  labelLayer,
  legend,
  outlineLayer,
  placeAsked,
  placePicker,
  placeSetter,
  ready,
});
