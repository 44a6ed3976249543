// Keeps the page of a conversation up to date: when a step changes, the page is fetched again and
// what differs is put in place. What stays the same is not touched, so focus, selection and open
// details stay where they are.

const told = document.getElementById("told");
const live = document.getElementById("live");
const news = document.getElementById("news");
const here = location.pathname;
const AGAIN = 10_000; // milliseconds; after a refusal a web browser does not ask again by itself

let stream;
let fetching = false;
let changed = false;

function say(text, state) {
  live.hidden = false;
  live.dataset.state = state;
  live.textContent = text;
}

function over() {
  stream.close();
  say("This conversation has ended", "over");
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

async function refresh() {
  changed = true;
  if (fetching) return;
  fetching = true;
  while (changed) {
    changed = false;
    try {
      const reply = await fetch(here, { headers: { Accept: "text/html" }, cache: "no-store" });
      if (reply.status === 404) over();
      if (reply.ok) {
        const page = new DOMParser().parseFromString(await reply.text(), "text/html");
        merge(told, page.getElementById("told"));
        tell();
      }
    } catch {
      // The service is away: the stream notices too, and asks again.
    }
  }
  fetching = false;
}

function listen(after) {
  stream = new EventSource(`${here}/steps?after=${after}`);
  stream.addEventListener("open", () => say("Live", "open"));
  for (const kind of ["step", "withdrawn"]) stream.addEventListener(kind, refresh);
  stream.addEventListener("error", async () => {
    say("Connecting again", "away");
    if (stream.readyState !== EventSource.CLOSED) return;
    const reply = await fetch(here, { cache: "no-store" }).catch(() => null);
    if (reply?.status === 404) over();
    else setTimeout(() => listen(told.dataset.ended), AGAIN);
  });
}

listen(told.dataset.ended);
