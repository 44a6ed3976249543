"""trafilatura's opinion of a page: which text is the main one, who wrote it and when.

Its library is imported on first use, since it takes half a second and only the worker pays.
It returns nothing at all for a document with a reference to a control character, so those are
taken out first; and it is slow on floods of tags, so those are not shown to it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from browser.text.meta import About, about

# trafilatura needs 25 s for 200,000 paragraphs; beyond this the structure of the page judges.
MAX_TAGS = 20_000
HEAD = 100_000  # characters looked at for the metadata of a page that is not judged

_CONTROL_REFERENCE = re.compile(
    r"&#(?:x0*(?:[0-8bcef]|1[0-9a-f]|fff[ef])(?![0-9a-f])"
    r"|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]|6553[45])(?![0-9]));?",
    re.IGNORECASE,
)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Opinion(NamedTuple):
    """What trafilatura says of a page.

    Attributes:
        main: The main text, ``None`` when it finds none.
        about: Author and date.
    """

    main: str | None
    about: About


def judge(text: str, tags: int) -> Opinion:
    """Ask for an opinion of the document *text*, which holds *tags* tags."""
    import trafilatura  # noqa: PLC0415 - half a second; only the worker pays

    safe = _CONTROLS.sub(" ", _CONTROL_REFERENCE.sub(" ", text))
    try:
        tree = trafilatura.load_html(safe if tags <= MAX_TAGS else safe[:HEAD])
    except Exception:  # noqa: BLE001 - a judge that stumbles must not cost the page
        return Opinion(None, About())
    if tree is None:
        return Opinion(None, About())
    known = about(tree)
    if tags > MAX_TAGS:
        return Opinion(None, known)
    try:
        found = trafilatura.bare_extraction(tree, as_dict=False)
    except Exception:  # noqa: BLE001 - idem
        found = None
    if not isinstance(found, trafilatura.settings.Document):
        return Opinion(None, known)
    return Opinion("\n".join(part for part in (found.text, found.comments) if part), known)
