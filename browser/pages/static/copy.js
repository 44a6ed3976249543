// To the clipboard. Web browsers offer it to pages on https and on loopback only; elsewhere the
// buttons stay away and the text can be selected.

export const canCopy = Boolean(globalThis.navigator?.clipboard);

/** Let *button* copy what *text* gives, and say so in *status*, a live region. */
export function copies(button, text, status) {
  if (!canCopy) return;
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    let said = "Copied";
    try {
      await navigator.clipboard.writeText(text());
    } catch {
      said = "Not copied: select the text instead";
    }
    button.textContent = said;
    status.textContent = said;
    button.addEventListener("blur", () => (button.textContent = label), { once: true });
  });
}
