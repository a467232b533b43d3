// Data from this installation.

import { begin, end } from "./ready.js";

// A GeoJSON collection; an error names address and status. The page is not ready before it is there.
export async function load(url) {
  begin();
  try {
    const response = await fetch(url, { headers: { accept: "application/geo+json" } });
    if (!response.ok) {
      throw new Error(`${url}: ${response.status}`);
    }
    return await response.json();
  } finally {
    end();
  }
}

// Of several answers under way only the one asked for last counts; the others are undefined, failures too.
export function latest(ask) {
  let asked = 0;
  const turns = async (...given) => {
    asked += 1;
    const turn = asked;
    try {
      const answer = await ask(...given);
      return turn === asked ? answer : undefined;
    } catch (error) {
      if (turn === asked) {
        throw error;
      }
    }
  };
  // Whatever is under way does not count any more.
  turns.forget = () => {
    asked += 1;
  };
  return turns;
}
