// Whoever changes the language stays where the address has come to since the page was loaded.

export function languageWatch() {
  document.addEventListener("submit", (event) => {
    const next = event.target.closest("form.language")?.elements.next;
    if (next) {
      next.value = globalThis.location.pathname + globalThis.location.search;
    }
  });
}
