"""The browser tool of gpt-oss models, for those who render its prompt themselves.

Its words are those that the models were trained on and come from openai-harmony at run time;
nothing is copied. The library's namespace is given as it is, and once more as functions called
``browser.search`` and so on, by which chat templates know the trained tool. The commands here have
other names, so the reply says which runs what.

Governing text: openai-harmony, ``ToolNamespaceConfig.browser()``.
"""

from __future__ import annotations

from typing import Any

_LEFT_OUT = (
    "A parameter that is null, or -1 where -1 is its default, is left out, and so are parameters "
    "that the command does not name. session is added: any name of 1 to 200 visible ASCII "
    "characters that you choose for the conversation. Hand the reply's text to the model, also "
    "when ok is false, or the detail of a 4xx."
)
_SCROLL = "/v1/scroll?line={loc}&cursor={cursor}"
_ROUTES = {
    "browser.search": [{"when": "always", "route": "/v1/search?query={query}&topn={topn}"}],
    "browser.open": [
        {"when": "id is a string that is no whole number", "route": "/v1/open_url?url={id}"},
        {"when": "id is a number from 0 on", "route": "/v1/click?id={id}&cursor={cursor}"},
        {"when": "id is left out; then loc left out is 0", "route": _SCROLL},
        {
            "when": "loc is given and one of the first two was run: after it, with the cursor of "
            "its reply",
            "route": _SCROLL,
        },
    ],
    "browser.find": [{"when": "always", "route": "/v1/find?pattern={pattern}&cursor={cursor}"}],
}


def harmony() -> dict[str, Any]:
    """The members of the reply that differ; loads the library, which takes a moment."""
    from openai_harmony import ToolNamespaceConfig  # noqa: PLC0415 - few services need it

    namespace = ToolNamespaceConfig.browser().model_dump(mode="json")
    tools = [
        {
            "type": "function",
            "function": {
                "name": f"{namespace['name']}.{tool['name']}",
                "description": tool["description"],
                "parameters": tool["parameters"],
            },
        }
        for tool in namespace["tools"]
    ]
    return {
        "tools": tools,
        "instructions": namespace["description"],
        "namespace": namespace,
        "call": {"query": _LEFT_OUT, "routes": _ROUTES},
    }
