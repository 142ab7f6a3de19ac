"""The bot's settings: environment and .env become one frozen Settings, or one sentence.

Secrets are never shown, not in a `repr` and not in a complaint.

May import: errors.
"""

import os
import re
import secrets
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from piggybot.errors import BadSettings

TOKEN_BYTES = 32
SHORTEST_TOKEN = 32
OTHERS_MAY_READ = 0o077
OUR_OWN = "Value error, "
PLAINER = {
    "int_parsing": "must be a whole number",
    "float_parsing": "must be a number",
    "decimal_parsing": "must be a number",
    "bool_parsing": "must be 1 for yes or 0 for no",
    "string_pattern_mismatch": "must be at most 64 letters, digits, - or _",
}
FEWEST_LETTERS = 10
FILLED_IN_LATER = ("changeme", "replaceme", "yourtoken", "example")
TELEGRAMS_PORTS = (443, 80, 88, 8443)
ON_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
BOT_TOKEN = re.compile(r"[0-9]{3,20}:[A-Za-z0-9_-]{20,}")
NO_BOT_TOKEN = (
    "TELEGRAM_BOT_TOKEN is missing: talk to @BotFather in Telegram, send /newbot, and put the "
    "token that it gives you into .env as TELEGRAM_BOT_TOKEN=…"
)
NO_TOKEN_NEEDED = f"0000:{'x' * 35}"
"""For a command that talks to no Telegram."""
TOKEN_REFUSED = (
    "Telegram refuses TELEGRAM_BOT_TOKEN.",
    "Copy it again from @BotFather into .env, then start again.",
)

Ids = Annotated[tuple[int, ...], NoDecode]


class Settings(BaseSettings):
    """Every setting of the bot. Its name in the environment is the name in capitals."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    telegram_bot_token: SecretStr = Field(description="The bot's token, from @BotFather.")
    telegram_chat_id: int | None = Field(
        None,
        description="The owner's numeric Telegram id. Empty: paired with a code from the terminal.",
    )
    member_ids: Ids = Field((), description="Numeric ids of the members, with commas.")
    telegram_api_url: str = Field(
        "https://api.telegram.org", description="Where the Bot API is; the sandbox has its own."
    )
    telegram_webhook_url: str = Field(
        "",
        repr=False,
        description="Where Telegram delivers, over HTTPS, to this bot. Empty: the bot asks.",
    )
    telegram_webhook_host: str = Field(
        "127.0.0.1", description="The address that deliveries are taken at, behind your TLS."
    )
    telegram_webhook_port: int = Field(
        8443, ge=1, le=65535, description="The port that deliveries are taken at."
    )
    backend_api_url: str = Field(
        "http://localhost:8000", repr=False, description="Where the proxy is."
    )
    backend_timeout: float = Field(15, gt=0, le=120, description="Seconds for one answer of it.")
    proxy_token: SecretStr | None = Field(
        None, description="The proxy's token, at least 32 characters."
    )
    proxy_token_file: Path | None = Field(
        None, description="Where the token is read from; made there where it is missing."
    )
    piggy_data: Path = Field(Path("data"), description="The folder for everything that is kept.")
    bot_database_url: str = Field(
        "", repr=False, description="Another database; a SQLite file in the data folder if empty."
    )
    health_seconds: float = Field(15, gt=0, le=60, description="How often the proxy is looked at.")
    user_id: str = Field(
        "",
        pattern=r"^[A-Za-z0-9_-]{0,64}$",
        description="The owner's account id at the proxy; made once where it is empty.",
    )
    default_exchange: str = Field("binanceus", description="The venue of a new account.")

    @field_validator("member_ids", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator("telegram_bot_token")
    @classmethod
    def _a_token(cls, value: SecretStr) -> SecretStr:
        if not BOT_TOKEN.fullmatch(value.get_secret_value().strip()):
            raise ValueError(
                "does not look like a bot's token (digits, a colon, letters); copy it again from "
                "@BotFather"
            )
        return SecretStr(value.get_secret_value().strip())

    @field_validator("proxy_token")
    @classmethod
    def _hard_to_guess(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        token = value.get_secret_value()
        if len(token) < SHORTEST_TOKEN:
            raise ValueError(
                f"is shorter than {SHORTEST_TOKEN} characters; leave it out, and a good one is made"
            )
        words = re.sub(r"[^a-z]", "", token.lower())
        if len(set(token)) < FEWEST_LETTERS or any(word in words for word in FILLED_IN_LATER):
            raise ValueError("can be guessed; leave it out, and a good one is made")
        return value

    @field_validator("telegram_api_url", "backend_api_url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must be an address like http://localhost:8000")
        if parts.scheme == "http" and parts.hostname not in ON_THIS_MACHINE:
            raise ValueError(
                "would carry a token in clear over a network; use https, or an address of this "
                "machine like http://localhost:8000"
            )
        return value.rstrip("/")

    @field_validator("telegram_webhook_url")
    @classmethod
    def _where_telegram_delivers(cls, value: str) -> str:
        parts = urlsplit(value)
        if not value or (parts.scheme == "http" and parts.hostname in ON_THIS_MACHINE):
            return value
        if parts.scheme != "https" or not parts.hostname:
            raise ValueError("must be an address like https://bot.example.org/telegram")
        if parts.port not in {None, *TELEGRAMS_PORTS}:
            ports = ", ".join(map(str, TELEGRAMS_PORTS))
            raise ValueError(f"has a port that Telegram does not deliver to; it knows {ports}")
        return value

    @property
    def database_url(self) -> str:
        return self.bot_database_url or f"sqlite:///{self.piggy_data / 'bot' / 'bot.db'}"

    @property
    def token_file(self) -> Path:
        """Where the proxy's token is kept, unless it is given."""
        return self.proxy_token_file or self.piggy_data / "proxy.token"

    def lists(self, person_id: int, *, owner: bool) -> bool:
        """Whether this person may command. `owner`: they have paired, if nobody is named here."""
        if person_id == self.telegram_chat_id or person_id in self.member_ids:
            return True
        return self.telegram_chat_id is None and owner

    def token(self) -> str:
        """The proxy's token: given, or read from its file, or made there."""
        if self.proxy_token is not None:
            return self.proxy_token.get_secret_value()
        return token_in(self.token_file)


def load(**given: Any) -> Settings:
    """The settings; BadSettings with a sentence for each that is wrong."""
    try:
        return Settings(**given)
    except ValidationError as errors:
        lines = [_sentence(error["loc"], error["type"], error["msg"]) for error in errors.errors()]
        raise BadSettings("\n".join(lines)) from None


def token_in(path: Path) -> str:
    """The token of a private file, made with 256 random bits where it is missing.

    The proxy has the same rule: whichever house starts first makes the file for both.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return _read_token(path)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with os.fdopen(handle, "w") as file:
        file.write(token + "\n")
    return token


def _read_token(path: Path) -> str:
    if path.stat().st_mode & OTHERS_MAY_READ:
        raise BadSettings(f"{path} can be read by others.", f"Run: chmod 600 {path}")
    token = path.read_text().strip()
    if len(token) < SHORTEST_TOKEN:
        raise BadSettings(
            f"The token in {path} is too short.", "Delete the file; a good one is made."
        )
    return token


def _sentence(place: tuple[int | str, ...], kind: str, message: str) -> str:
    name = str(place[0]).upper() if place else "The settings"
    if kind == "missing" and name == "TELEGRAM_BOT_TOKEN":
        return NO_BOT_TOKEN
    reason = PLAINER.get(kind, message.removeprefix(OUR_OWN)).rstrip(".")
    reason = reason.replace("Input should be", "must be")
    return f"{name}: {reason[0].lower()}{reason[1:]}. Change it in the environment or in .env."
