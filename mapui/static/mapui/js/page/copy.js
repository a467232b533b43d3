// Puts a prepared text on the clipboard. Without the script, or where the browser has none, the text is marked by hand.

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy);
    const told = button.parentElement.querySelector("[role='status']");
    try {
      await navigator.clipboard.writeText(text.textContent);
      told.textContent = button.dataset.copied;
    } catch {
      // Refused: what is marked can be copied with the keyboard.
      document.getSelection().selectAllChildren(text);
      told.textContent = button.dataset.marked;
    }
  });
}
