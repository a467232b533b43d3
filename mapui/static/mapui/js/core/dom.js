// Elements made from data. Text is set with textContent only; no HTML is built from it.

const SVG = "http://www.w3.org/2000/svg";

export function element(name, className, text) {
  const made = document.createElement(name);
  if (className) {
    made.className = className;
  }
  if (text !== undefined) {
    made.textContent = text;
  }
  return made;
}

export function symbol(sprite, name, colour) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "symbol");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  if (colour) {
    svg.style.color = colour;
  }
  return svg;
}

// A tooltip's content: a title, and a line for each further text that is not empty.
export function tip(title, ...lines) {
  const made = element("span", "tip");
  made.append(element("strong", "", title));
  for (const line of lines.filter(Boolean)) {
    made.append(element("br"), line);
  }
  return made;
}
