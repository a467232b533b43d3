// What a known source filled in belongs to its address: where another one is typed, its licence and attribution go.

export function filledWatch() {
  const address = document.querySelector("[data-filled]");
  address?.addEventListener("input", () => {
    if (address.value === address.dataset.filled) {
      return;
    }
    for (const field of [address.form.elements.licence, address.form.elements.attribution]) {
      if (field.value === field.defaultValue) {
        field.value = "";
      }
    }
  });
}
