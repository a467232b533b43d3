// The only global: what Folium's script calls. It comes behind this module, because both wait for the page.

import { issueLayer } from "./layers/issues.js";
import { outlineLayer } from "./layers/outline.js";
import { detailsWatch } from "./page/details.js";
import { failuresWatch } from "./page/failures.js";
import { languageWatch } from "./page/language.js";
import { listWatch } from "./page/list.js";
import { areaDrawing } from "./tools/area.js";
import { placeAsked } from "./tools/asking.js";
import { layerPanel } from "./tools/layers.js";
import { legend } from "./tools/legend.js";
import { locating } from "./tools/locating.js";
import { searchBox } from "./tools/search.js";
import { surroundings } from "./tools/surroundings.js";
import { ready, start } from "./tools/view.js";

detailsWatch();
failuresWatch();
languageWatch();
listWatch();

globalThis.flurpost = {
  areaDrawing,
  issueLayer,
  layerPanel,
  legend,
  locating,
  outlineLayer,
  placeAsked,
  ready,
  searchBox,
  start,
  surroundings,
};
