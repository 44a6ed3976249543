"""trafilatura's opinion of a page: which text is the main one.

Its library is imported on first use, since it takes half a second and only the worker pays.
It returns nothing at all for a document with a reference to a control character, so those are
taken out first; and it is slow on floods of tags, so those are not shown to it.
"""

from __future__ import annotations

import re

# trafilatura needs 25 s for 200,000 paragraphs; beyond this it is not asked.
MAX_TAGS = 20_000

_CONTROL_REFERENCE = re.compile(
    r"&#(?:x0*(?:[0-8bcef]|1[0-9a-f]|fff[ef])(?![0-9a-f])"
    r"|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]|6553[45])(?![0-9]));?",
    re.IGNORECASE,
)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def judge(text: str) -> str | None:
    """The main text of the document *text*, comments included.

    ``None`` when there is none, or when the document has too many tags to be asked about.
    """
    if text.count("<") > MAX_TAGS:
        return None
    import trafilatura  # noqa: PLC0415 - half a second; only the worker pays

    safe = _CONTROLS.sub(" ", _CONTROL_REFERENCE.sub(" ", text))
    try:
        found = trafilatura.bare_extraction(safe, as_dict=False)
    except Exception:  # noqa: BLE001 - a judge that stumbles must not cost the page
        return None
    if not isinstance(found, trafilatura.settings.Document):
        return None
    return "\n".join(part for part in (found.text, found.comments) if part) or None
