"""The settings that say who the browser is. README has a row for each."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from browser import __version__
from browser.rules import identity
from browser.rules.web_bot_auth import Form


class Agent(BaseModel):
    """Who the browser says it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token: str = identity.DEFAULT_TOKEN
    user_agent: str = ""
    info_url: str = ""
    contact: str = ""
    accept_language: str = "en"
    also_obey: tuple[str, ...] = ()
    signing_key: str = ""
    signature_agent: str = ""
    signature_form: Form = "legacy"
    directory_keys: tuple[str, ...] = ()

    _token = field_validator("token")(identity.product_token)
    _fits = field_validator("user_agent")(identity.field_value)
    _page = field_validator("info_url")(identity.web_page)
    _address = field_validator("contact")(identity.address)
    _languages = field_validator("accept_language")(identity.languages)
    _origin = field_validator("signature_agent")(identity.https_origin)

    @field_validator("also_obey")
    @classmethod
    def _product_tokens(cls, tokens: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(identity.product_token(token) for token in tokens)

    @model_validator(mode="after")
    def _names_itself(self) -> Agent:
        if self.token.lower() not in self.sent_as.lower():
            raise ValueError("user_agent has to contain the token (RFC 9309 2.2.1)")
        if self.directory_keys and not self.signing_key:
            raise ValueError("directory_keys needs signing_key: they are published beside it")
        return self

    @property
    def sent_as(self) -> str:
        """The User-Agent field."""
        return self.user_agent or identity.user_agent(self.token, __version__, self.info_url)

    @property
    def is_default(self) -> bool:
        """Whether the token is the default one, which only OpenAI's own addresses may use."""
        return identity.is_default(self.token)
