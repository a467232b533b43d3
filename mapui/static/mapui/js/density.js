// How close things stand in the back office: the server's word, else what was chosen in this browser. Runs before the page is drawn.

(() => {
  const Kept = "flurpost.density";
  const root = document.documentElement;

  function keep(value) {
    try {
      localStorage.setItem(Kept, JSON.stringify(value));
    } catch {
      // A full or closed store: the choice counts until the page is left.
    }
  }

  try {
    root.dataset.density ||= JSON.parse(localStorage.getItem(Kept)) || "compact";
  } catch {
    root.dataset.density ||= "compact";
  }
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-density-switch]");
    if (!button) {
      return;
    }
    const draw = () => button.setAttribute("aria-pressed", String(root.dataset.density === "comfortable"));
    button.hidden = false;
    draw();
    button.addEventListener("click", () => {
      root.dataset.density = root.dataset.density === "comfortable" ? "compact" : "comfortable";
      keep(root.dataset.density);
      draw();
    });
  });
})();
