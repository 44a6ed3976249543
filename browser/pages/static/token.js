// A credential of a person, kept in this tab alone and forgotten with it.

/** The token under this name: {value, keep(value), forget()}. */
export function kept(key) {
  return {
    get value() {
      return sessionStorage.getItem(key) ?? "";
    },
    keep(value) {
      sessionStorage.setItem(key, value);
    },
    forget() {
      sessionStorage.removeItem(key);
    },
  };
}

/** That of a model's commands. */
export const token = kept("polite-browser token");
