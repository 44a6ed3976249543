// Elements from words. Words of pages, titles and addresses are strangers' words: they reach the
// document as text nodes only, and an address only through `web`.

/**
 * Make an element.
 * @param {string} name tag and classes, "p.aside.small"
 * @param {Record<string, unknown>} fields attributes; true is a bare one, false or null none
 * @param {...(Node | string | null)} children strings become text nodes
 */
export function el(name, fields = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const made = document.createElement(tag);
  if (classes.length) made.className = classes.join(" ");
  for (const [key, value] of Object.entries(fields)) {
    if (value === false || value === null || value === undefined) continue;
    made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** The address when it leads to the web, else null: no javascript:, no data:. */
export function web(address) {
  try {
    const url = new URL(address, location.href);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

/** A link that leaves this service in a tab of its own; plain words where it would lead nowhere. */
export function away(address, ...children) {
  const href = web(address);
  if (!href) return el("span", {}, ...children);
  return el("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

/** Words of a stranger, in whatever direction they are written. */
export function words(text, name = "bdi") {
  return el(name, { dir: "auto" }, text);
}

/** A title, which takes two lines at most: hostile ones are long. */
export function titled(text) {
  return words(text, text.length > 160 ? "bdi.clamp" : "bdi");
}

/** Scroll as far as needed for the beginning of an element to be seen. */
export function bring(element) {
  const { top } = element.getBoundingClientRect();
  const under = document.getElementById("ask").getBoundingClientRect().bottom;
  if (top < under || top > innerHeight - 96) element.scrollIntoView({ block: "start" });
}

/** The element with this id. */
export function byId(id) {
  return document.getElementById(id);
}
