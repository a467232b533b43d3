// The script of the page on which somebody follows an area: the area is drawn on the map. The page works without it.

import { areaDrawing } from "./tools/area.js";

Object.assign(globalThis.flurpost, { areaDrawing });
