"""The canonical log line: one JSON object per fetch, on the logger ``browser.fetch``.

Fields are those of `browser.model.fetch.FetchRecord`. Query strings are left out, since they hold
what people look for, and so are user names and passwords in links of pages. No page text and no
token ever stands in a log.
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import asdict

from browser.model.clock import iso
from browser.model.fetch import FetchRecord

_USERINFO = re.compile(r"//[^/]*@")

_log = logging.getLogger("browser.fetch")


def log_fetch(record: FetchRecord) -> None:
    """Write *record*."""
    if not _log.isEnabledFor(logging.INFO):
        return
    fields = asdict(record)
    fields["at"] = iso(record.at)
    fields["url"] = _bare(record.url)
    fields["final_url"] = _bare(record.final_url)
    _log.info("%s", json.dumps({"event": "fetch", **fields}, ensure_ascii=False))


def _bare(url: str) -> str:
    head, mark, _ = url.partition("#")[0].partition("?")
    head = _USERINFO.sub("//…@", head)
    return f"{head}?…" if mark else head
