"""What a page says of itself: author and date.

Authors are trafilatura's finds in ``<meta>``, Open Graph and JSON-LD; dates are htmldate's in
those and in ``<time>`` elements. Left to taste: the date is the first publication where the
page tells it from changes; an author who stands only in the text is read there by the model,
since the guess takes as long as the rest and is often wrong.
"""

from __future__ import annotations

import logging
import re
from contextlib import suppress
from dataclasses import dataclass

from lxml.html import HtmlElement

from browser.text.clean import one_line

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


@dataclass(frozen=True)
class About:
    """Who wrote a page and when.

    Attributes:
        author: Names, or ``None``.
        published: ISO date, or ``None``.
    """

    author: str | None = None
    published: str | None = None


def about(tree: HtmlElement) -> About:
    """Read author and date from the parsed document *tree*."""
    from htmldate import find_date  # noqa: PLC0415 - only the worker pays
    from trafilatura.metadata import examine_meta, extract_meta_json  # noqa: PLC0415 - idem

    author = date = None
    with suppress(Exception):  # a stumble here must not cost the page
        author = extract_meta_json(tree, examine_meta(tree)).author
    with suppress(Exception):
        date = find_date(tree, original_date=True, extensive_search=False)
    author = one_line(author or "", 200) or None
    return About(author, date if _DATE.match(date or "") else None)
