"""Settings: `OSINT_*` variables over `osint.toml` in `OSINT_HOME` over the defaults below, and where each came from."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)


class SettingsError(Exception):
    """A setting that cannot be used; the message names the file or variable, the key and what is wrong."""


def home_folder() -> Path:
    """`OSINT_HOME`, or `~/.local/share/osint`. Everything the user owns lives below it."""
    return Path(os.environ.get("OSINT_HOME") or "~/.local/share/osint").expanduser()


class Settings(BaseSettings):
    """All settings. A field's name in capitals behind `OSINT_` is its variable; its name is its key in `osint.toml`."""

    model_config = SettingsConfigDict(env_prefix="OSINT_", extra="forbid", frozen=True)

    home: Path = Field(default_factory=home_folder, description="Folder of the database, evidence, keys and exports")
    database: str = Field("", description="Database URL; empty means SQLite in the home folder")
    contact: str = Field(
        "", description="E-mail or web address of the operator, named in the user agent of every request"
    )
    chromium: str = Field("", description="Path of the browser; empty means look for one")
    max_pages: int = Field(5000, ge=1, description="Most pages that one run of one source may fetch")
    screenshots: bool = Field(True, description="Keep a picture of every page that was fetched with the browser")
    host: str = Field("127.0.0.1", description="Address that `osint serve` listens on")
    port: int = Field(8400, ge=0, le=65535, description="Port of `osint serve`; 0 takes a free one")
    analyst: str = Field("", description="Name written beside decisions; empty means the login name of this system")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    allow_hosts: dict[str, str] = Field(
        default_factory=dict,
        description="Host names that may lead to this machine, each with its address: for trials on loopback",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then variables, then the file."""
        return (init_settings, env_settings, InitSettingsSource(settings_cls, _file_values()))


def settings_file() -> Path:
    """Where the file is looked for, whether it exists or not."""
    return home_folder() / "osint.toml"


def _file_values() -> dict[str, Any]:
    path = settings_file()
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from error


def load(**arguments: Any) -> Settings:
    """The settings in force. Raises SettingsError, naming file or variable and key."""
    try:
        return Settings(**arguments)
    except ValidationError as error:
        lines = []
        for one in error.errors():
            key = ".".join(map(str, one["loc"])) or "?"
            place = f"variable OSINT_{key.upper()}" if f"OSINT_{key.upper()}" in os.environ else str(settings_file())
            lines.append(f"{place}: {key}: {one['msg']}")
        raise SettingsError("\n".join(lines)) from error


def origins(settings: Settings) -> list[tuple[str, Any, str, str]]:
    """(key, value, where it came from, description) of every setting, in the order of the class."""
    in_file = _file_values()
    rows = []
    for key, field in Settings.model_fields.items():
        variable = f"OSINT_{key.upper()}"
        origin = variable if variable in os.environ else str(settings_file()) if key in in_file else "default"
        rows.append((key, getattr(settings, key), origin, field.description or ""))
    return rows
