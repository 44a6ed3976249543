"""Reading the settings: defaults, then one TOML file, then the environment, then the command line.

Environment names are ``BROWSER_SECTION__KEY`` (``BROWSER_SEARCH__BRAVE__KEY``); lists and tables
are written as JSON there. An unknown key anywhere is an error that names it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, TomlConfigSettingsSource
from pydantic_settings import SettingsError as SourceError

from browser.settings import PREFIX, Settings

CONFIG = "BROWSER_CONFIG"  # names the file when --config does not
TOKEN = "BROWSER_TOKEN"  # noqa: S105 - a variable's name: the token that `shell` sends


class SettingsError(ValueError):
    """The configuration cannot be used; the text is one line for the operator."""


def load(path: str | Path | None = None, **overrides: dict[str, Any]) -> Settings:
    """Read the settings.

    Args:
        path: TOML file; ``None`` for the file named by ``BROWSER_CONFIG``, or none at all.
        overrides: By section, what the command line says; wins over everything.

    Raises:
        SettingsError: with one line that names the key and says what is valid.
    """
    path = path or os.environ.get(CONFIG) or None
    _refuse_unknown_environment()

    class _Loaded(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            del dotenv_settings, file_secret_settings
            if path is None:
                return init_settings, env_settings
            return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, Path(path))

    if path is not None and not Path(path).is_file():
        raise SettingsError(f"config: {path} is not a file")
    try:
        return _Loaded(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError("; ".join(_line(item) for item in error.errors())) from error
    except SourceError as error:
        raise SettingsError(_no_json(error)) from error
    except (OSError, ValueError) as error:  # unreadable file, TOML syntax
        raise SettingsError(f"config: {path or 'environment'}: {error}") from error


def fixed(**sections: dict[str, Any]) -> Settings:
    """Settings that come from *sections* alone: no file, no environment."""

    class _Fixed(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            del settings_cls, env_settings, dotenv_settings, file_secret_settings
            return (init_settings,)

    return _Fixed(**sections)  # type: ignore[arg-type]


def _line(item: Any) -> str:
    name = ".".join(str(part) for part in item["loc"]) or "settings"
    if item["type"] == "extra_forbidden":
        return f"config: unknown setting {name}"
    return f"config: {name}: {str(item['msg']).removeprefix('Value error, ')}"


def _no_json(error: SourceError) -> str:
    wrong = getattr(error.__cause__, "doc", None)
    names = [name for name, value in os.environ.items() if name.startswith(PREFIX)]
    named = ", ".join(name for name in names if os.environ[name] == wrong) or "the environment"
    return f'config: {named}: lists and tables are written as JSON there, for example ["a", "b"]'


def _refuse_unknown_environment() -> None:
    """Refuse a variable whose section pydantic does not know; a typo must not be silent."""
    for name in os.environ:
        section = name.removeprefix(PREFIX).partition("__")[0].lower()
        if not name.startswith(PREFIX) or name in (CONFIG, TOKEN):
            continue
        if section not in Settings.model_fields:
            raise SettingsError(
                f"config: unknown setting {name}; valid sections are "
                + ", ".join(sorted(Settings.model_fields))
            )
