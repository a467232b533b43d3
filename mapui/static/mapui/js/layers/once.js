// Layers whose content is loaded once, when they are first shown.

import { load } from "../core/net.js";
import { note } from "../core/note.js";

export function fillOnce(layer, url, failed = (error) => note(String(error))) {
  layer.once("add", () => load(url).then((collection) => layer.addData(collection), failed));
}
