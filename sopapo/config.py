"""Every setting: its type, default and environment variable. Nothing else reads the environment."""

import os
import secrets
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

MIN_SECRET_BYTES = 32
POSTGRES_NAMES = ("postgres", "postgresql", "postgresql+psycopg2")

Names = Annotated[tuple[str, ...], NoDecode]


class ConfigError(Exception):
    """A setting makes no sense; the text is the one line that its owner needs."""


class Settings(BaseSettings):
    """The settings, from the environment or the file `.env`; docs/settings.md is their table."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    database_url: str = Field("", alias="DATABASE_URL")
    redis_url: str = Field("", alias="REDIS_URL", pattern=r"^(rediss?://.+)?$")
    secret_key: str = Field("", alias="SECRET_KEY", repr=False)
    jwt_secret_key: str = Field("", alias="JWT_SECRET_KEY", repr=False)
    jwt_old_secret_keys: Names = Field((), alias="JWT_OLD_SECRET_KEYS", repr=False)
    data_dir: Path = Field(Path("instance"), alias="SOPAPO_DATA_DIR")
    host: str = Field("127.0.0.1", alias="SOPAPO_HOST", min_length=1)
    port: int = Field(5000, alias="SOPAPO_PORT", ge=1, le=65535)
    ping_interval: float = Field(25, alias="SOPAPO_PING_INTERVAL", ge=1, le=300)
    allowed_origins: Names = Field((), alias="SOPAPO_ALLOWED_ORIGINS")
    trusted_proxies: int = Field(0, alias="SOPAPO_TRUSTED_PROXIES", ge=0, le=10)
    issuer: str = Field("sopapo", alias="SOPAPO_ISSUER", min_length=1, max_length=200)
    access_token_seconds: int = Field(1800, alias="SOPAPO_ACCESS_TOKEN_SECONDS", ge=1, le=86_400)
    refresh_token_days: int = Field(30, alias="SOPAPO_REFRESH_TOKEN_DAYS", ge=1, le=365)
    database_connections: int = Field(20, alias="SOPAPO_DATABASE_CONNECTIONS", ge=2, le=1000)
    edit_seconds: int = Field(900, alias="SOPAPO_EDIT_SECONDS", ge=0, le=31_536_000)
    group_members: int = Field(1024, alias="SOPAPO_GROUP_MEMBERS", ge=2, le=200_000)
    channel_members: int = Field(200_000, alias="SOPAPO_CHANNEL_MEMBERS", ge=2, le=10_000_000)
    public_url: str = Field("", alias="SOPAPO_PUBLIC_URL", pattern=r"^(https?://[^/?#\s]+(/[^?#\s]*[^/?#\s])?)?$")
    max_file_bytes: int = Field(104_857_600, alias="SOPAPO_MAX_FILE_BYTES", ge=1, le=1_099_511_627_776)
    user_file_bytes: int = Field(5_368_709_120, alias="SOPAPO_USER_FILE_BYTES", ge=1, le=1_125_899_906_842_624)
    free_disk_bytes: int = Field(268_435_456, alias="SOPAPO_FREE_DISK_BYTES", ge=0, le=1_125_899_906_842_624)
    metrics_token: str = Field("", alias="SOPAPO_METRICS_TOKEN", repr=False)
    transport: Literal["fast", "stock"] = Field("fast", alias="SOPAPO_TRANSPORT")
    rate_limits: Literal["on", "off"] = Field("on", alias="SOPAPO_RATE_LIMITS")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", alias="SOPAPO_LOG_LEVEL")

    @field_validator("allowed_origins", "jwt_old_secret_keys", mode="before")
    @classmethod
    def split_at_commas(cls, value: object) -> object:
        """Take a list as text with commas between its items."""
        return tuple(item.strip() for item in value.split(",") if item.strip()) if isinstance(value, str) else value

    @field_validator("allowed_origins")
    @classmethod
    def check_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """Accept `*`, or origins as browsers send them: a scheme, a host, perhaps a port, and no path."""
        for origin in value:
            if origin != "*" and (not origin.startswith(("http://", "https://")) or origin.count("/") != 2):  # noqa: PLR2004
                message = f"{origin!r} is no origin such as https://chat.example.org"
                raise ValueError(message)
        return value

    @field_validator("secret_key", "jwt_secret_key", "jwt_old_secret_keys", "metrics_token")
    @classmethod
    def check_secrets(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        """Refuse a secret that could be guessed; an absent one is generated."""
        given = (value,) if isinstance(value, str) else value
        if any(0 < len(secret.encode()) < MIN_SECRET_BYTES for secret in given):
            message = f"a secret needs at least {MIN_SECRET_BYTES} bytes"
            raise ValueError(message)
        return value

    @model_validator(mode="after")
    def check_database_url(self) -> Self:
        """Refuse a database that is neither SQLite nor PostgreSQL."""
        url = self.database()
        if url.drivername not in {"sqlite", "postgresql+psycopg2"}:
            message = f"DATABASE_URL: {url.drivername} is neither sqlite nor postgresql"
            raise ValueError(message)
        return self

    def database(self) -> URL:
        """Return where the database is, with the driver that is installed here."""
        if not self.database_url:
            return URL.create("sqlite", database=str(self.data_dir.absolute() / "sopapo.db"))
        try:
            url = make_url(self.database_url)
        except (ArgumentError, ValueError):
            message = "DATABASE_URL: not an address such as postgresql://user@host/name or sqlite:////folder/file.db"
            raise ValueError(message) from None
        if url.drivername in POSTGRES_NAMES:
            return url.set(drivername="postgresql+psycopg2")
        if url.drivername == "sqlite" and url.database and url.database != ":memory:":
            return url.set(database=str(Path(url.database).absolute()))
        if url.drivername == "sqlite":
            message = "DATABASE_URL: SQLite needs a file, as in sqlite:////folder/file.db"
            raise ValueError(message)
        return url


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; overrides go by variable name. Raises ConfigError with one line."""
    try:
        settings = Settings(**{name: value for name, value in overrides.items() if value is not None})
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return with_secrets(settings)
    except ValidationError as error:
        raise ConfigError("; ".join(map(describe, error.errors()))) from None
    except OSError as error:
        message = f"SOPAPO_DATA_DIR: {error.filename}: {error.strerror}"
        raise ConfigError(message) from None


def describe(error: object) -> str:
    """Name the variable that is wrong, and how, without its value: it may be a secret."""
    assert isinstance(error, dict)
    text = str(error["msg"]).removeprefix("Value error, ")
    return f"{error['loc'][0]}: {text}" if error["loc"] else text


def with_secrets(settings: Settings) -> Settings:
    """Fill secrets that are not configured from the data folder, where they are made on the first start."""
    missing = {name for name in ("secret_key", "jwt_secret_key") if not getattr(settings, name)}
    return settings.model_copy(update={name: kept_secret(settings.data_dir / name) for name in missing})


def kept_secret(path: Path) -> str:
    """Return the secret in a file that only its owner may read, and make it if it is not there."""
    try:
        with open(path, "x", encoding="utf-8", opener=private_open) as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    secret = path.read_text(encoding="utf-8").strip()
    if len(secret.encode()) < MIN_SECRET_BYTES:
        raise ConfigError(f"{path}: a secret needs at least {MIN_SECRET_BYTES} bytes")
    return secret


def private_open(name: str, flags: int) -> int:
    """Open a file that others can neither read nor write."""
    return os.open(name, flags, 0o600)
