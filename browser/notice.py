"""What owners of sites are told: who asks, how to stop or slow it, how to tell it from others.

Said once, as data; the plain text and the page of ``/agent`` are two forms of it.

Governing texts: none; a site owner wants to know who asked, how to stop or slow it, what of the
site's wishes is heeded, and how to tell the real one from somebody who borrows its name.
"""

from __future__ import annotations

from browser.model.about import RANGES, About, Code, Notice, Place, Section, Terms
from browser.model.signals import Mode
from browser.rules.web_bot_auth import DIRECTORY

_WHAT = (
    "This browser opens a page when a language model that works for a person asks for it. "
    "It follows no links by itself, fetches nothing but robots.txt and the page, sends GET only, "
    "without cookies or Referer, and never comes back under another name."
)
_NOT_OPENAI = (
    "This service is not OpenAI's, whose browser has the same name. A rule for the name keeps "
    "both out, and this one is not among the addresses that OpenAI publishes."
)
_WHERE = (
    "Directives for robots: in the header X-Robots-Tag or in a robots meta in the page's head, "
    "for everyone or for a name that is obeyed. Content-Signal: in robots.txt or as a header of "
    "its own."
)
_MARKED = ("data-nosnippet", "those lines of a page are not quoted")
_UNWRITTEN = "written to no disk or cache, but for the words that are quoted"
_AI_INPUT = (
    (
        "ai-input=no",
        (
            "in robots.txt: the page is not asked for; as a header: it is fetched, then dropped "
            "and shown to nobody"
        ),
    ),
    ("use=immediate", "not quoted, and written to no disk or cache"),
)
_HEEDED: dict[Mode, tuple[str | Terms, ...]] = {
    "default": (
        _WHERE,
        Terms(
            (
                ("nosnippet", "nothing is quoted"),
                (
                    "max-snippet:N",
                    (
                        "at most N characters are quoted in a conversation, and at most N are "
                        "cited in each answer"
                    ),
                ),
                _MARKED,
                ("noarchive, nocache, and unavailable_after once it is over", _UNWRITTEN),
                *_AI_INPUT,
            )
        ),
        (
            "Only passed on with the page: noai, noimageai, ai-train, search, use=reference, "
            "Content-Usage, TDMRep, RSL."
        ),
    ),
    "strict": (
        _WHERE,
        Terms(
            (
                ("nosnippet", "title and address are shown, nothing is quoted"),
                ("max-snippet:N", "at most N characters are shown and quoted"),
                _MARKED,
                ("noarchive", "fetched, then dropped and shown to nobody"),
                ("nocache", "at most 160 characters are quoted, also with noarchive beside it"),
                ("nocache, and unavailable_after once it is over", _UNWRITTEN),
                *_AI_INPUT,
                ("use=reference", "at most 300 characters are quoted"),
                ("noai, noimageai, TDMRep", "nothing is quoted"),
                (
                    "RSL",
                    (
                        "a licence in robots.txt: no page is asked for; in a header or page: it is "
                        "fetched, then dropped"
                    ),
                ),
            )
        ),
        "Only passed on with the page: ai-train, search, Content-Usage.",
    ),
    "off": (
        (
            "Nothing: the operator of this service has turned the signals of publishers off. "
            "X-Robots-Tag, robots metas, Content-Signal and the like are passed on with the page."
        ),
    ),
}


def for_owners(about: About) -> Notice:
    """What the owner of a site is told."""
    sections = [
        Section("", (_WHAT,)),
        _who(about),
        _out(about),
        _slower(about),
        Section("What else is heeded", _HEEDED[about.signals]),
        _genuine(about),
    ]
    if about.contact:
        sections.append(Section("Who answers for it", (Place("Contact", about.contact),)))
    return tuple(sections)


def _who(about: About) -> Section:
    named = Code(f"User-Agent: {about.user_agent}")
    return Section("Who", (named, _NOT_OPENAI) if about.borrowed else (named,))


def _out(about: About) -> Section:
    others = ", ".join(about.also_obey)
    how = (
        (
            "Put this into robots.txt. The file is read again within a day, sooner if its "
            "Cache-Control says so."
        ),
        Code(f"User-agent: {about.token}\nDisallow: /"),
    )
    too = f"Rules for these names are obeyed too: {others}"
    return Section("To keep it out", (*how, too) if others else how)


def _slower(about: About) -> Section:
    return Section(
        "To slow it down",
        (
            (
                f"Now: {about.rate:g} requests a second to a host in the long run, after a "
                f"burst of {about.burst}; {about.hourly} an hour. robots.txt counts as a request. "
                "Single hosts may have been given another pace by the operator."
            ),
            (
                "Crawl-delay and Request-rate in robots.txt make it slower, up to "
                f"{about.crawl_delay_cap:g} seconds between requests."
            ),
            "Status 429 or 503 stops it; Retry-After says for how long, up to an hour at a time.",
        ),
    )


def _genuine(about: About) -> Section:
    pieces: list[str | Code | Place] = []
    if about.prefixes:
        pieces.append(Place("Its addresses", f"{about.public_url}{RANGES}"))
        pieces.append(Code("\n".join(about.prefixes)))
    if about.signs_as:
        pieces.append("Its requests are signed (RFC 9421, tag web-bot-auth).")
        pieces.append(Place("The keys", f"{about.signs_as}{DIRECTORY}"))
    if not pieces:
        pieces.append(
            "There is no way: this service has published neither addresses nor keys, so anybody "
            "may send requests that look like its own."
        )
    return Section("To tell it from an impostor", tuple(pieces))
