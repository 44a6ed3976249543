"""What a publisher asks of those who read a page, beyond the rules of robots.txt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Mode = Literal["default", "strict", "off"]


class Preference(NamedTuple):
    """One entry of a Content-Signal.

    Attributes:
        name: ``ai-input``, ``ai-train``, ``search`` or ``use``.
        value: ``yes`` or ``no``; of ``use``: ``immediate``, ``reference`` or ``full``.
        written: As the site wrote it, blanks reduced.
    """

    name: str
    value: str
    written: str


@dataclass(frozen=True)
class RobotsSays:
    """What a robots.txt says of one URL to us, beyond may and may not.

    Attributes:
        signals: Content-Signal of our groups, the strictest of each name.
        usage: Uses that Content-Usage refuses for this URL, such as ``train-ai``.
        licences: Addresses of the file's License lines, as written.
        unplaced: Content-Signal above the first group: told, and never obeyed.
    """

    signals: tuple[Preference, ...] = ()
    usage: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    unplaced: tuple[Preference, ...] = ()


@dataclass(frozen=True)
class Signals:
    """What is obeyed of a page's signals and what is only passed on.

    Attributes:
        quote_max: Characters of the page that one conversation may quote; ``None`` is no limit of
            the site's.
        quote_rule: The signal that sets *quote_max*.
        show_max: Characters of the page that may be shown; 0 leaves title and address, ``None``
            is no limit.
        show_rule: The signal that sets *show_max*.
        marked: Whether lines with text marked ``data-nosnippet`` may not be quoted.
        keep: Whether the page may be written to a cache or a disk.
        refused: The signal that forbids to deliver the page, if one does.
        obeyed: The signals that limit something here, as written.
        reported: Flags for whoever uses the answer (``no-train``, ``noai``, ``tdm-reserved``,
            ``rsl``, ``use=reference``), and signals that the operator chose not to obey.
        license: Address of the terms that the page names.
    """

    quote_max: int | None = None
    quote_rule: str | None = None
    show_max: int | None = None
    show_rule: str | None = None
    marked: bool = False
    keep: bool = True
    refused: str | None = None
    obeyed: tuple[str, ...] = ()
    reported: tuple[str, ...] = ()
    license: str | None = None


NOTHING_SAID = RobotsSays()
NOTHING_ASKED = Signals()
