// The service's own API, as any program calls it.

import { token } from "./token.js";

/** The service does not answer. */
export class Away extends Error {}

/** The service wants a token, or another one. */
export class NoToken extends Error {}

/** The service calls the request a mistake, or cannot serve it now. */
export class Refused extends Error {
  constructor(status, detail, retryAfter, title = "") {
    super(detail);
    this.status = status;
    this.title = title; // what kind of problem it is (RFC 9457 3.1.3)
    this.retryAfter = retryAfter; // seconds, or null
  }
}

/**
 * The response, when it is a good one; throws one of the above, or an AbortError.
 * @param {string} path
 * @param {{signal?: AbortSignal, body?: unknown, method?: string, bearer?: string,
 *   more?: Record<string, string>}} how *body* is sent as JSON, *bearer* is the credential, *more*
 *   are header fields
 */
export async function request(path, { signal, body, method, bearer = token.value, more = {} } = {}) {
  const headers = { ...more };
  if (bearer) headers.Authorization = `Bearer ${bearer}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, {
      method: method ?? (body === undefined ? "GET" : "POST"),
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
      credentials: "omit",
      cache: "no-store",
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Away();
  }
  if (response.ok) return response;
  if (response.status === 401) throw new NoToken();
  const wait = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  const problem = await response.json().catch(() => ({}));
  const said = problem.detail ?? `The service answered with status ${response.status}.`;
  throw new Refused(response.status, said, Number.isNaN(wait) ? null : wait, problem.title);
}

/** What the service answers, read as JSON. */
export async function ask(path, options = {}) {
  const response = await request(path, options);
  try {
    return await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Away();
  }
}

/** A path with parameters; those that are null or undefined are left out. */
export function withQuery(path, parameters) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined) query.append(key, String(value));
  }
  return `${path}?${query}`;
}

/** The path of a conversation, or of a part of it. */
export function ofSession(name, part = "") {
  return `/v1/sessions/${encodeURIComponent(name)}${part}`;
}
