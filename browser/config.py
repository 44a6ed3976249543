"""Reading the settings: defaults, then one TOML file, then the environment, then the command line.

Environment names are ``BROWSER_SECTION__KEY`` (``BROWSER_SEARCH__BRAVE__KEY``); lists and tables
are written as JSON there. An unknown key anywhere is an error that names it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import PrivateAttr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, TomlConfigSettingsSource
from pydantic_settings import SettingsError as SourceError

from browser.api.valid import valid
from browser.orders import Reread, nothing_to_read
from browser.settings import PREFIX, Settings
from browser.settings_limits import FIXED

CONFIG = "BROWSER_CONFIG"  # names the file when --config does not
TOKENS = ("BROWSER_TOKEN", "BROWSER_OPERATOR_TOKEN")  # that `shell` and `limits` send

Source = PydanticBaseSettingsSource
Choose = Callable[[type[BaseSettings], Source, Source], tuple[Source, ...]]


class SettingsError(ValueError):
    """The configuration cannot be used; the text is one line for the operator."""


@dataclass(frozen=True)
class Origin:
    """Where settings were read.

    Attributes:
        path: Of the file; ``None`` when there was none.
        overrides: What the command line said.
        said: The values that were read; one process of several may have others in their place.
    """

    path: str | Path | None
    overrides: Mapping[str, dict[str, Any]]
    said: dict[str, Any] = field(repr=False)


class Read(Settings):
    """Settings that know where they were read."""

    _origin: Origin | None = PrivateAttr(default=None)

    @property
    def origin(self) -> Origin | None:
        """Where; ``None`` when they come from the program itself."""
        return self._origin

    def came_from(self, origin: Origin) -> None:
        """Note where."""
        self._origin = origin


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

    def sources(
        settings: type[BaseSettings], init: Source, environment: Source
    ) -> tuple[Source, ...]:
        if path is None:
            return init, environment
        return init, environment, TomlConfigSettingsSource(settings, Path(path))

    if path is not None and not Path(path).is_file():
        raise SettingsError(f"config: {path} is not a file")
    try:
        read = _reading(sources)(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError("; ".join(_line(item) for item in error.errors())) from error
    except SourceError as error:
        raise SettingsError(_no_json(error)) from error
    except (OSError, ValueError) as error:  # unreadable file, TOML syntax
        raise SettingsError(f"config: {path or 'environment'}: {error}") from error
    read.came_from(Origin(path, overrides, read.model_dump()))
    return read


def again(settings: Settings) -> Callable[[], Reread]:
    """How the file that *settings* came from is read again, while the service runs.

    What is said of limits takes effect; any other setting that has changed is named, as one
    that needs a restart. The environment is that of the start, as for every process.
    """

    def reread() -> Reread:
        origin = settings.origin if isinstance(settings, Read) else None
        if origin is None or origin.path is None:
            return nothing_to_read()
        read = load(origin.path, **origin.overrides)
        changed = sorted(_changed(origin.said, read.model_dump()))
        late = [name for name in changed if not _live(name)]
        says = "The settings were read again and their limits hold now."
        if late:
            says += f" A restart is needed for what else has changed: {', '.join(late)}."
        return Reread(read.limits.as_limits(), says)

    return reread


def _live(name: str) -> bool:
    section, _, key = name.partition(".")
    return section == "limits" and key not in FIXED


def _changed(before: dict[str, Any], after: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """Names of settings whose values differ; never the values, which may be secret."""
    for name in before.keys() | after.keys():
        old, new = before.get(name), after.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _changed(old, new, f"{prefix}{name}.")
        elif old != new:
            yield prefix + name


def fixed(**sections: dict[str, Any]) -> Settings:
    """Settings that come from *sections* alone: no file, no environment."""
    return _reading(lambda _, init, __: (init,))(**sections)  # type: ignore[arg-type]


def _reading(choose: Choose) -> type[Read]:
    """The settings, read from the sources that *choose* takes, the first winning."""

    class _Read(Read):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: Source,
            env_settings: Source,
            dotenv_settings: Source,
            file_secret_settings: Source,
        ) -> tuple[Source, ...]:
            del dotenv_settings, file_secret_settings
            return choose(settings_cls, init_settings, env_settings)

    return _Read


def _line(item: Any) -> str:
    # A number in a place is that of an item of a list: no name can be one.
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in item["loc"])
    name = "".join(parts).removeprefix(".")
    if item["type"] == "extra_forbidden":
        return f"config: unknown setting {name}"
    words = valid(item, "a table")
    says = f"has to be {words}" if words else str(item["msg"]).removeprefix("Value error, ")
    # What goes against several sections at once has no place, and names them itself.
    return f"config: {name}: {says}" if name else f"config: {says}"


def _no_json(error: SourceError) -> str:
    wrong = getattr(error.__cause__, "doc", None)
    names = [name for name, value in os.environ.items() if name.startswith(PREFIX)]
    named = ", ".join(name for name in names if os.environ[name] == wrong) or "the environment"
    return f'config: {named}: lists and tables are written as JSON there, for example ["a", "b"]'


def _refuse_unknown_environment() -> None:
    """Refuse a variable whose section pydantic does not know; a typo must not be silent."""
    for name in os.environ:
        section = name.removeprefix(PREFIX).partition("__")[0].lower()
        if not name.startswith(PREFIX) or name in (CONFIG, *TOKENS):
            continue
        if section not in Settings.model_fields:
            raise SettingsError(
                f"config: unknown setting {name}; valid sections are "
                + ", ".join(sorted(Settings.model_fields))
            )
