// The operator's part of the service's API, with a credential of its own.

import { ask, request } from "./api.js";
import { kept } from "./token.js";

export const token = kept("polite-browser operator token");
export const name = kept("polite-browser operator name"); // for the audit log

function signed(how = {}) {
  const more = name.value ? { "X-Operator": name.value } : {};
  return { ...how, bearer: token.value, more };
}

/** What the service answers to /operator/PATH, as JSON; throws what `ask` does. */
export function told(path, how) {
  return ask(`/operator/${path}`, signed(how));
}

/** The same as text. */
export async function text(path) {
  return (await request(`/operator/${path}`, signed())).text();
}

/** The stream of what happens. */
export function events(signal) {
  return request("/operator/events", signed({ signal }));
}

/** The path of one host. */
export function ofHost(host) {
  return `hosts/${encodeURIComponent(host)}`;
}
