// A button that puts a text into a field of its form, where it can be edited: { fill: the field's name, text }.

export function fillingWatch() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fill]");
    const field = button?.closest("form")?.elements[button.dataset.fill];
    if (!field) {
      return;
    }
    field.value = button.dataset.text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
}
