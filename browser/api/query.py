"""Which names a query string may hold: known ones, each once.

Of two values one would be dropped without a word, and guards in front of the service may have
looked at the other one. A name that is not known is most often a slip of the pen.
"""

from __future__ import annotations

from collections.abc import Collection

from fastapi import Request

from browser.api.problem import Problem


def check_names(request: Request, known: Collection[str], many: Collection[str] = ()) -> None:
    """Judge the names of the query string.

    Args:
        request: Whose query string.
        known: Names that may be there.
        many: Those of them that may be there more than once.

    Raises:
        Problem: 422 when there is another, or one is there twice.
    """
    given = [name for name, _ in request.query_params.multi_items()]
    valid = ", ".join(sorted(known)) or "no parameters"
    path = getattr(request.scope.get("route"), "path", "This")  # as it is written, not as it came
    if not set(given) <= set(known):
        raise Problem(422, "malformed parameters", f"{path} takes only: {valid}.")
    once = [name for name in given if name not in many]
    if len(once) > len(set(once)):
        raise Problem(422, "malformed parameters", f"{path} takes each once: {valid}.")
