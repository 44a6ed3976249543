"""Templates to HTML, and the policy under which a web browser shows it.

Everything is escaped on its way into a template; an address reaches one only through `href`, since
escaping does not stop ``javascript:``. No page loads anything from elsewhere or runs a script that
stands in it.

Governing texts: W3C Content Security Policy 3, WHATWG HTML. Left to taste: pages of the service
may frame themselves; others may when the operator names them.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from browser.model.url import Url

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
_IMPORTED = re.compile(r'from "\./([^"]+)"')


def policy(framed_by: Collection[str] = ()) -> dict[str, str]:
    """Header fields of a page.

    Args:
        framed_by: Origins whose pages may show it in a frame, beside our own.
    """
    ancestors = " ".join(["'self'", *framed_by])
    return {
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            f"font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
            f"frame-ancestors {ancestors}"
        ),
    }


def html(template: str, **values: Any) -> str:
    """Fill *template*, a file of ``templates/``; a value that it names and lacks is an error."""
    return _environment().get_template(template).render(**values)


def modules(of: str) -> list[str]:
    """What the module *of* imports, and what that imports: a browser may ask for all at once."""
    found: list[str] = []
    waiting = [of]
    while waiting:
        text = (HERE / "static" / waiting.pop()).read_text("utf-8")
        fresh = [name for name in _IMPORTED.findall(text) if name not in found]
        found += fresh
        waiting += fresh
    return sorted(set(found) - {of})


def href(address: str) -> str:
    """*address* when a link may lead there: http and https only; else an empty string."""
    try:
        url = Url.parse(address)
    except ValueError:
        return ""
    return address if url.is_web else ""


@cache
def _environment() -> Environment:
    import jinja2  # noqa: PLC0415 - for the first page; most services are never looked at

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["href"] = href
    return made
