// Which conversation this tab shows.
//
// Its name stands behind the # of the address once the service knows it: a reload keeps it, and
// nothing of it is sent to another site.

/** A name that nobody guesses. crypto.randomUUID is missing where a page is not on https. */
function unguessable() {
  const octets = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

function named() {
  const name = decodeURIComponent(location.hash.slice(1));
  return /^[!-.0-~]{1,200}$/.test(name) ? name : "";
}

export const session = {
  name: "",
  known: false, // to the service

  /** Take the conversation of the address, or begin one. */
  read() {
    let name = "";
    try {
      name = named();
    } catch {
      // not written by us
    }
    this.known = name !== "";
    this.name = name || unguessable();
  },

  /** The service knows it from now on. */
  keep() {
    if (this.known) return;
    this.known = true;
    history.replaceState(null, "", `#${encodeURIComponent(this.name)}`);
  },

  /** Begin another one. */
  renew() {
    history.pushState(null, "", location.pathname);
    this.read();
  },
};
