// Keeps the page of a conversation up to date: when a step changes, the page is fetched again and
// what differs is put in place. What stays the same is not touched, so focus, selection and open
// details stay where they are.

import { follow } from "./follow.js";

const told = document.getElementById("told");
const live = document.getElementById("live");
const news = document.getElementById("news");
const here = location.pathname;

let tag = ""; // of the version that was fetched last
let fetching = null;
let changed = false;

function say(state, text) {
  live.hidden = false;
  live.dataset.state = state;
  live.textContent = text;
}

/** Make the node `old` like the node `fresh`; elements with an id are told apart by it. */
function merge(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeName !== fresh.nodeName) {
    old.replaceWith(document.importNode(fresh, true));
    return;
  }
  if (old.nodeType === Node.TEXT_NODE) {
    old.data = fresh.data;
    return;
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  const wanted = [...fresh.childNodes];
  wanted.forEach((want, place) => {
    const have = old.childNodes[place];
    if (!have) {
      old.append(document.importNode(want, true));
    } else if ((want.id ?? "") === (have.id ?? "")) {
      merge(have, want);
    } else {
      const moved = [...old.children].find((child) => child.id === want.id);
      const node = moved && want.id ? moved : document.importNode(want, true);
      old.insertBefore(node, have);
      merge(node, want);
    }
  });
  while (old.childNodes.length > wanted.length) old.lastChild.remove();
}

function tell() {
  const said = document.querySelector("#steps > li:last-child .said")?.cloneNode(true);
  said?.querySelectorAll(".unseen").forEach((hint) => hint.remove());
  const text = said ? said.textContent.replace(/\s+/g, " ").trim() : "";
  if (news.textContent !== text) news.textContent = text;
}

/** The page as it is now, or null when the service is away. */
async function fetched() {
  const headers = { Accept: "text/html" };
  if (tag) headers["If-None-Match"] = tag;
  try {
    const reply = await fetch(here, { headers, cache: "no-store" });
    return { reply, text: await reply.text() };
  } catch {
    return null;
  }
}

async function once() {
  const found = await fetched();
  if (!found) return "away";
  const { reply, text } = found;
  if (reply.status === 404) return "over";
  if (reply.status === 304) return "same";
  if (!reply.ok) return "away";
  const page = new DOMParser().parseFromString(text, "text/html");
  merge(told, page.getElementById("told"));
  tell();
  tag = reply.headers.get("ETag") ?? "";
  return "changed";
}

async function again() {
  let found;
  do {
    changed = false;
    found = await once();
  } while (changed && found !== "over");
  return found;
}

/** Bring the page up to date; one fetch at a time. */
function look() {
  changed = true;
  fetching ??= again().finally(() => (fetching = null));
  return fetching;
}

follow({ path: `${here}/steps`, after: told.dataset.ended, look, say });
