"""The settings of the plugin contract: what a chat shows of the service. README has a row each."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, field_validator

from browser.rules import identity

_CHAT = re.compile(r"[a-z0-9_-]+")
_VISIBLE = re.compile(r"[!-~]+")


def _shown(longest: int) -> Callable[[str], str]:
    def judge(text: str) -> str:
        if not (0 < len(text) <= longest and text.isprintable() and text == text.strip()):
            raise ValueError(f"has to be 1 to {longest} visible characters on one line")
        return text

    return judge


class Plugin(BaseModel):
    """How a chat introduces the service to its user. The limits are those of the contract."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, AfterValidator(_shown(20))] = "Polite Browser"
    description: Annotated[str, AfterValidator(_shown(100))] = (
        "Searches the web, reads pages, and links every claim to the very words it rests on."
    )
    contact: str = ""
    logo_url: str = ""
    legal_url: str = ""
    verification_tokens: dict[str, str] = {}

    _address = field_validator("contact")(identity.address)
    _pages = field_validator("logo_url", "legal_url")(identity.web_page)

    @field_validator("verification_tokens")
    @classmethod
    def _sendable(cls, tokens: dict[str, str]) -> dict[str, str]:
        for chat, token in tokens.items():
            if not (_CHAT.fullmatch(chat) and _VISIBLE.fullmatch(token)):
                raise ValueError('has to name chats and what each gave, as in {openai = "abc123"}')
        return tokens
