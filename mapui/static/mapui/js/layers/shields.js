// The signs that carry a road's number, drawn where the style asks for an image that there is not yet.

const SCALE = 2;
const SIDE = 12 * SCALE;
const RIM = 1.5 * SCALE;
const CORNER = 3 * SCALE;

// Ground and rim of an image named `shield|ground|rim`; null for any other name.
export function shieldColours(name) {
  const [kind, ground, rim] = name.split("|");
  return kind === "shield" && rim ? { ground, rim } : null;
}

// Adds the image to a MapLibre map: a rounded box whose middle stretches with the text.
export function shieldDraw(map, name) {
  const colours = shieldColours(name);
  if (!colours || map.hasImage(name)) {
    return;
  }
  const canvas = document.createElement("canvas");
  canvas.width = SIDE;
  canvas.height = SIDE;
  const pen = canvas.getContext("2d");
  pen.beginPath();
  pen.roundRect(RIM / 2, RIM / 2, SIDE - RIM, SIDE - RIM, CORNER);
  pen.fillStyle = colours.ground;
  pen.fill();
  pen.lineWidth = RIM;
  pen.strokeStyle = colours.rim;
  pen.stroke();
  const inner = [CORNER + RIM, SIDE - CORNER - RIM];
  map.addImage(name, pen.getImageData(0, 0, SIDE, SIDE), {
    pixelRatio: SCALE,
    stretchX: [inner],
    stretchY: [inner],
    content: [RIM, RIM, SIDE - RIM, SIDE - RIM],
  });
}
