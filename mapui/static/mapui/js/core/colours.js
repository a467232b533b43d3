// Contrasts after WCAG 2.1. Colours are written as #rrggbb.

const DARK = "#1c2526";
const LIGHT = "#ffffff";

// 0 (black) to 1 (white).
export function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map((start) => {
    const value = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

// 1 (none) to 21 (black on white).
export function contrast(one, other) {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((first, second) => first - second);
  return (lighter + 0.05) / (darker + 0.05);
}

// The colour of text that can be read best on this colour.
export function textOn(colour) {
  return contrast(DARK, colour) > contrast(LIGHT, colour) ? DARK : LIGHT;
}
