"""What a page's signals permit: one answer out of all that its publisher says.

Governing texts: those of `x_robots`, `content_signal`, `content_usage` and `reservations`. Here
is decided what each signal means for a browser that fetches one page because a person's model
asked, shows it, and quotes from it:

    signal                    default                        strict, besides
    ai-input=no               not asked for, not delivered
    nosnippet, max-snippet:0  no quote                       title and address alone are shown
    max-snippet:N             N characters quoted            N characters are shown
    data-nosnippet            those lines are not quoted
    noarchive                 written to no disk or cache    not delivered
    nocache, or both          likewise                       160 characters quoted
    unavailable_after, over   likewise
    use=immediate             likewise, and no quote
    use=reference             flag                           300 characters quoted
    noai, noimageai           flag                           no quote
    TDMRep                    flag                           no quote
    RSL                       flag, address of the licence   not asked for, not delivered
    ai-train=no, train-ai=n   flag
    search=no, search=n       flag
    Content-Signal, no group  flag

The strictest of all counts: any prohibition, the smallest number. With the mode ``off`` nothing
of this is obeyed and all of it is passed on. Left to taste: a site that says both NOARCHIVE and
NOCACHE means NOCACHE, as Bing documents it; ``index`` and ``follow`` speak of an index, and this
browser has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from browser.model.reason import Reason
from browser.model.signals import (
    NOTHING_ASKED,
    NOTHING_SAID,
    Mode,
    Preference,
    RobotsSays,
    Signals,
)
from browser.model.url import Url
from browser.model.verdict import Deny
from browser.rules import content_signal, content_usage, reservations, x_robots
from browser.rules.reservations import Reserved
from browser.rules.robots import Robots
from browser.rules.x_robots import Directive

NOCACHE_CHARS = 160  # what Bing's answers show of a page marked NOCACHE is a search result's text
REFERENCE_CHARS = 300  # a short excerpt beside a link
MAX_LICENCES = 8  # of robots.txt; as many more of the reply and the page
MAX_NAMED = 16  # signals that are listed; all of them are weighed
MARK = "data-nosnippet"

# The fields of a reply that any of the readers looks at; a cache keeps them with it.
FIELDS = frozenset(
    {
        content_signal.NAME,
        content_usage.NAME,
        x_robots.FIELD,
        *reservations.FIELDS,
    }
)

Pairs = Sequence[tuple[str, str]]


class _Effect(NamedTuple):
    """What one signal does.

    Attributes:
        written: The signal.
        flag: Its name in the metadata, whatever else it does.
        quote: Characters that may be quoted.
        show: Characters that may be shown.
        drop: The page may not be written down.
        refuse: The page may not be delivered.
        lines: The lines that are marked may not be quoted.
    """

    written: str
    flag: str = ""
    quote: int | None = None
    show: int | None = None
    drop: bool = False
    refuse: bool = False
    lines: bool = False

    @property
    def limits(self) -> bool:
        """Whether anything is different for it."""
        return self != _Effect(self.written, self.flag)


def robots_says(robots: Robots, tokens: Iterable[str], url: Url) -> RobotsSays:
    """What *robots* says of *url* beyond its rules, to all our *tokens* together."""
    said: dict[str, None] = {}
    usage: set[str] = set()
    for token in tokens:
        said |= dict.fromkeys(robots.values(token, content_signal.NAME))
        usage |= content_usage.from_records(robots.values(token, content_usage.NAME), url)
    licences = robots.file_values("license")[:MAX_LICENCES]
    signals = content_signal.read(said)
    above = content_signal.read(robots.unplaced(content_signal.NAME))
    unplaced = tuple(entry for entry in above if entry not in signals)
    return RobotsSays(signals, tuple(sorted(usage)), licences, unplaced)


def before(says: RobotsSays, mode: Mode, url: Url) -> Deny | None:
    """Whether robots.txt alone forbids to ask for the page."""
    if says == NOTHING_SAID:
        return None
    signals = judge(says, (), (), tokens=(), mode=mode, url=url, now=0.0)
    return declined(signals.refused, url.host) if signals.refused else None


def declined(rule: str, host: str) -> Deny:
    """The verdict for a page that a signal forbids to deliver."""
    return Deny(
        Reason.SITE_DECLINED,
        f"{host} does not give this page for answers of a language model ({rule}). "
        "Do not retry; choose another source, or give the person the address to open.",
        rule,
    )


def judge(
    says: RobotsSays,
    fields: Pairs,
    metas: Pairs,
    *,
    tokens: Sequence[str],
    mode: Mode,
    url: Url,
    now: float,
    marked: bool = False,
) -> Signals:
    """Weigh everything that a publisher says of one page.

    Args:
        says: From robots.txt.
        fields: Of the reply, lower-case names, one by one as they came.
        metas: Of the page's head, lower-case names; empty as long as the page is not read.
        tokens: Our product tokens; a directive for any of them counts.
        mode: How far signals are obeyed.
        url: Final address of the page.
        now: Seconds since the epoch.
        marked: Whether the page has text that is marked ``data-nosnippet``.
    """
    silent = says == NOTHING_SAID and not metas and not marked
    if silent and not any(name in FIELDS for name, _ in fields):
        return NOTHING_ASKED
    strict = mode == "strict"
    directives = (
        *x_robots.from_fields(fields, tokens),
        *x_robots.from_metas(metas, tokens),
    )
    tdm = reservations.tdm(fields, metas, url)
    named = reservations.licences(says.licences, fields, metas, url)
    licences = tuple(islice(named, 2 * MAX_LICENCES))
    values = [value[: x_robots.MAX_READ] for name, value in fields if name == content_signal.NAME]
    effects = [
        *(_preferred(entry, "robots.txt ", strict) for entry in says.signals),
        *(_preferred(entry, "", strict) for entry in content_signal.read(values)),
        *(_told(entry) for entry in says.unplaced),
        *_directed(directives, strict, now),
        *_used(says, fields),
        *_reserved(tdm, licences, strict),
        *([_Effect(MARK, lines=True)] if marked else []),
    ]
    return _sum(effects, obey=mode != "off", license_url=_license(tdm, licences))


def _preferred(entry: Preference, source: str, strict: bool) -> _Effect:
    written = f"{source}Content-Signal: {entry.written}"
    match entry.name, entry.value:
        case "ai-input", "no":
            return _Effect(written, quote=0, drop=True, refuse=True)
        case "ai-train" | "search", "no":
            return _Effect(written, flag=f"no-{entry.name.removeprefix('ai-')}")
        case "use", "immediate":
            return _Effect(written, flag="use=immediate", quote=0, drop=True)
        case "use", "reference":
            return _Effect(written, "use=reference", REFERENCE_CHARS if strict else None)
        case "use", value:
            return _Effect(written, flag=f"use={value}")
        case _:
            return _Effect(written)


def _told(entry: Preference) -> _Effect:
    """A Content-Signal of no group: its policy puts it into one, so it is passed on alone."""
    effect = _preferred(entry, "robots.txt ", strict=False)
    return _Effect(effect.written, effect.flag or (effect.written if effect.limits else ""))


def _directed(directives: Sequence[Directive], strict: bool, now: float) -> Iterator[_Effect]:
    names = {directive.name for directive in directives}
    for directive in directives:
        name, written = directive.name, directive.written
        if name == "nosnippet" or (name == "max-snippet" and directive.limit is not None):
            limit = 0 if name == "nosnippet" else directive.limit
            yield _Effect(written, quote=limit, show=limit if strict else None)
        elif name == "nocache":
            yield _Effect(written, quote=NOCACHE_CHARS if strict else None, drop=True)
        elif name == "noarchive":
            yield _Effect(written, drop=True, refuse=strict and "nocache" not in names)
        elif name == "unavailable_after" and directive.passed(now):
            yield _Effect(written, drop=True)
        elif name == "noai" or (name == "noimageai" and "noai" not in names):
            yield _Effect(written, flag=name, quote=0 if strict else None)


def _used(says: RobotsSays, fields: Pairs) -> Iterator[_Effect]:
    for use in sorted(content_usage.from_fields(fields).union(says.usage)):
        yield _Effect(f"Content-Usage: {use}=n", flag=f"no-{use.removesuffix('-ai')}")


def _reserved(
    tdm: Reserved | None, licences: Sequence[Reserved], strict: bool
) -> Iterator[_Effect]:
    if tdm and tdm.binding:
        yield _Effect(tdm.written, flag="tdm-reserved", quote=0 if strict else None)
    for licence in licences:
        if licence.binding:
            yield _Effect(licence.written, flag="rsl", refuse=strict)


def _license(tdm: Reserved | None, licences: Sequence[Reserved]) -> str | None:
    """The address of the terms: of an RSL licence, of another one, of TDMRep's policy."""
    binding_first = sorted(licences, key=lambda licence: not licence.binding)
    named = (*binding_first, *([tdm] if tdm else []))
    return next((reserved.url for reserved in named if reserved.url), None)


def _sum(effects: Sequence[_Effect], *, obey: bool, license_url: str | None) -> Signals:
    weighed = [effect for effect in effects if effect.limits] if obey else []
    quotes = [effect for effect in weighed if effect.quote is not None]
    shows = [effect for effect in weighed if effect.show is not None]
    quote = min(quotes, key=lambda effect: effect.quote or 0, default=None)
    show = min(shows, key=lambda effect: effect.show or 0, default=None)
    refusing = next((effect for effect in weighed if effect.refuse), None)
    passed_on = [effect.flag for effect in effects]
    if not obey:
        passed_on += [effect.written for effect in effects if effect.limits]
    return Signals(
        quote_max=quote.quote if quote else None,
        quote_rule=quote.written if quote else None,
        show_max=show.show if show else None,
        show_rule=show.written if show else None,
        marked=any(effect.lines for effect in weighed),
        keep=not any(effect.drop or effect.refuse for effect in weighed),
        refused=refusing.written if refusing else None,
        obeyed=tuple(dict.fromkeys(effect.written for effect in weighed))[:MAX_NAMED],
        reported=tuple(flag for flag in dict.fromkeys(passed_on) if flag)[:MAX_NAMED],
        license=license_url,
    )
