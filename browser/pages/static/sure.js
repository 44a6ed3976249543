// Asks before something that others will notice.

import { byId } from "./dom.js";

const dialog = byId("sure");

/**
 * Ask.
 * @param {string} title the question
 * @param {string} means what will happen
 * @param {string} word of the button that does it
 * @returns {Promise<boolean>} whether the person wants it
 */
export function ask(title, means, word) {
  byId("sure-title").textContent = title;
  byId("sure-means").textContent = means;
  byId("sure-yes").textContent = word;
  dialog.returnValue = "";
  dialog.showModal();
  byId("sure-no").focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

byId("sure-yes").addEventListener("click", () => dialog.close("yes"));
byId("sure-no").addEventListener("click", () => dialog.close(""));
