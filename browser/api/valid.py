"""What would be valid in place of what pydantic refused, in a few plain words.

Decides the wording alone, for callers' parameters and for operators' settings. What was sent is
never among the words: only bounds and choices of our own are. Governing text: none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OBJECT = "a JSON object"

_WHOLE = "a whole number"
_NUMBER = "a number"
_TEXT = 'a string, as in "a"'
_LIST = 'a list, as in ["a"]'
_WORDS = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "finite_number": "a finite number",
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "int_from_float": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": "a whole number of fewer digits",
    "int_type": _WHOLE,
    "json_invalid": "valid JSON",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "list_type": _LIST,
    "literal_error": "{expected}",
    "one_line": "one line of at most {max_length} characters",
    "string_sub_type": _TEXT,
    "string_too_long": "at most {max_length} characters",
    "string_too_short": "at least {min_length} characters",
    "string_type": _TEXT,
    "string_unicode": "text in Unicode, without lone surrogates",
    "tuple_type": _LIST,
}
_OBJECTS = ("dict_type", "model_attributes_type", "model_type")


def valid(item: Mapping[str, Any], an_object: str = OBJECT) -> str:
    """What would be valid, to stand behind a name; empty when there are no words for it.

    Args:
        item: One of a ``ValidationError``'s errors.
        an_object: What several named values together are called where the reader writes them.
    """
    kind = item["type"]
    if kind in _OBJECTS:
        return an_object
    bounds = item.get("ctx") or {}
    plain = {
        name: int(v) if isinstance(v, float) and v.is_integer() else v for name, v in bounds.items()
    }
    return _WORDS.get(kind, "").format(**plain)
