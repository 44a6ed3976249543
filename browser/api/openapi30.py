"""The model's commands as OpenAPI 3.0, derived from the service's own OpenAPI 3.1 document.

Chats that take plugins read 3.0 only. What 3.1 says in other words is said in those of 3.0;
a command is what the tag ``commands`` marks, so nothing is described twice.

Governing texts: OpenAPI 3.0.4 (Schema Object), OpenAPI 3.1.1, JSON Schema 2020-12. A reference
that may be null is written out: in 3.0 ``nullable`` counts only beside the ``type`` it widens.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

TAG = "commands"
VERSION = "3.0.4"

Json = dict[str, Any]

_REFERENCE = "#/components/schemas/"
_NOT_IN_3_0 = frozenset({"title", "$schema", "$id", "$comment", "contentMediaType"})


def commands(document: Json) -> Iterator[tuple[str, Json]]:
    """The path and the operation of every command in *document*, in its order."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method == "get" and TAG in operation.get("tags", ()):
                yield path, operation


def convert(document: Json, *, secured: bool) -> Json:
    """The commands of *document* as OpenAPI 3.0, without ``servers``.

    Args:
        document: In OpenAPI 3.1.
        secured: Whether callers need a token.
    """
    reader = _Reader(document["components"]["schemas"])
    paths = {path: {"get": reader.operation(each, secured)} for path, each in commands(document)}
    components: Json = {"schemas": reader.needed()}
    if secured:
        calls = [each for _, each in commands(document)]
        used = {name for call in calls for needed in call["security"] for name in needed}
        schemes = document["components"]["securitySchemes"]
        components["securitySchemes"] = {name: schemes[name] for name in sorted(used)}
    info = {key: text for key, text in document["info"].items() if key != "summary"}
    return {"openapi": VERSION, "info": info, "paths": paths, "components": components}


def parameter_schema(schema: Json) -> Json:
    """The schema of a parameter: it may be left out and is never null, so null is not named."""
    kinds = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    if len(kinds) == 1:
        schema = {**kinds[0], **{key: each for key, each in schema.items() if key != "anyOf"}}
    return {key: each for key, each in schema.items() if key not in {"title", "description"}}


class _Reader:
    """Rewrites operations and schemas and notes which schemas they refer to."""

    def __init__(self, schemas: Json) -> None:
        self._schemas = schemas
        self._named: dict[str, None] = {}

    def operation(self, operation: Json, secured: bool) -> Json:
        kept = ("tags", "summary", "description", "operationId")
        made: Json = {key: operation[key] for key in kept}
        if secured:
            made["security"] = operation["security"]
        made["parameters"] = [
            {**each, "schema": self.schema(parameter_schema(each["schema"]))}
            for each in operation.get("parameters", ())
        ]
        made["responses"] = {
            status: {
                **response,
                "content": {
                    kind: {"schema": self.schema(told["schema"])}
                    for kind, told in response["content"].items()
                },
            }
            for status, response in operation["responses"].items()
        }
        return made

    def needed(self) -> Json:
        """The schemas that were referred to, and those they refer to in turn."""
        made: Json = {}
        while left := [name for name in self._named if name not in made]:
            for name in left:
                made[name] = self.schema(self._schemas[name])
        return dict(sorted(made.items()))

    def schema(self, schema: Json) -> Json:
        """One schema, and all within it."""
        if "$ref" in schema:
            return self._reference(schema)
        for key in ("anyOf", "oneOf"):
            kinds = [each for each in schema.get(key, ()) if each.get("type") != "null"]
            if key in schema and len(kinds) < len(schema[key]):
                rest = {name: each for name, each in schema.items() if name != key}
                return self._nullable(kinds, rest)
        made: Json = {}
        for key, told in schema.items():
            self._rewrite(key, told, made)
        return made

    def _reference(self, schema: Json) -> Json:
        self._named[schema["$ref"].removeprefix(_REFERENCE)] = None
        beside = {key: each for key, each in schema.items() if key != "$ref"}
        reference = {"$ref": schema["$ref"]}
        return {**self.schema(beside), "allOf": [reference]} if beside else reference

    def _nullable(self, kinds: list[Json], rest: Json) -> Json:
        if len(kinds) > 1:
            return {"anyOf": [self._nullable([kind], {}) for kind in kinds], **self.schema(rest)}
        (kind,) = kinds
        if "$ref" in kind:
            kind = self._schemas[kind["$ref"].removeprefix(_REFERENCE)]
        return {**self.schema({**kind, **rest}), "nullable": True}

    def _rewrite(self, key: str, told: Any, made: Json) -> None:
        if key in _NOT_IN_3_0:
            return
        if key == "properties":
            made[key] = {name: self.schema(each) for name, each in told.items()}
        elif key in {"anyOf", "oneOf", "allOf"}:
            made[key] = [self.schema(each) for each in told]
        elif key in {"items", "not", "additionalProperties"} and isinstance(told, dict):
            made[key] = self.schema(told)
        elif key == "prefixItems":
            kinds = [self.schema(each) for each in told]
            alike = all(kind == kinds[0] for kind in kinds)
            made["items"] = kinds[0] if alike else {"anyOf": kinds}
        elif key == "const":
            made["enum"] = [told]
        elif key == "examples":
            made["example"] = told[0]
        elif key in {"exclusiveMinimum", "exclusiveMaximum"}:
            made[key.replace("exclusiveM", "m")] = told
            made[key] = True
        elif key == "type" and isinstance(told, list):
            made["type"], *others = [kind for kind in told if kind != "null"]
            if others:
                raise ValueError(f"OpenAPI 3.0 has one type, not {told}")
            made["nullable"] = True
        else:
            made[key] = told
