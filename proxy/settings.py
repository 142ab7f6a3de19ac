"""The proxy's settings: environment and .env become one frozen Settings, or one sentence.

Secrets are never shown, not in a `repr` and not in a complaint.

May import: errors, known, wire.
"""

import ipaddress
import os
import re
import secrets
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from proxy.errors import ProxyError
from proxy.known import DOLLARS
from proxy.wire import Limits

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

Names = Annotated[tuple[str, ...], NoDecode]
Share = Annotated[Decimal, Field(gt=0, le=1)]


class BadSettings(ProxyError):
    """The proxy cannot start so; the message says what to change."""


class Settings(BaseSettings):
    """Every setting of the proxy. Its name in the environment is the name in capitals."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    allow_live: bool = Field(False, description="Whether accounts may trade with real money.")
    live_confirm_token: SecretStr | None = Field(
        None, description="A word that must be given to turn live on."
    )
    proxy_token: SecretStr | None = Field(
        None, description="The token of the bot, at least 32 characters."
    )
    proxy_token_file: Path | None = Field(
        None, description="Where the token is read from; made there where it is missing."
    )
    proxy_host: str = Field("127.0.0.1", description="The address that the proxy listens on.")
    proxy_port: int = Field(8000, ge=0, le=65535, description="The port that it listens on.")
    proxy_tls: Literal["", "terminated"] = Field(
        "", description="`terminated`: a platform in front of the proxy speaks TLS."
    )
    proxy_tls_cert: Path | None = Field(None, description="The proxy's own TLS certificate.")
    proxy_tls_key: Path | None = Field(None, description="The key of that certificate.")
    proxy_hosts: Names = Field((), description="Host names that callers may use, with commas.")
    piggy_data: Path = Field(Path("data"), description="The folder for everything that is kept.")
    proxy_database_url: str = Field(
        "", repr=False, description="Another database; a SQLite file in the data folder if empty."
    )
    min_trade_usd: Decimal = Field(Decimal(2), gt=0, description="The least a buy may spend.")
    max_trade_usd: Decimal = Field(Decimal(50), gt=0, description="The most a buy may spend.")
    max_trade_share: Share = Field(
        Decimal("0.01"), description="The most a buy may spend, of the account's value."
    )
    max_trades_per_day: int = Field(20, ge=0, description="Buys in a UTC day.")
    max_daily_loss_share: Share = Field(
        Decimal("0.05"), description="The loss of a UTC day that ends buying, of the value."
    )
    symbols: Names = Field(("BTC/USDT", "ETH/USDT"), description="What may be bought.")
    allow_withdraw_keys: bool = Field(
        False, description="Whether a key that can withdraw money is accepted."
    )
    exchange_origin: str = Field(
        "", description="`testnet`, or the sandbox's address on this machine. Empty: the real one."
    )
    exchange_timeout: float = Field(10, gt=0, le=60, description="Seconds for one request.")
    rate_limit: bool = Field(True, description="Whether requests keep to the venue's pace.")

    @field_validator("proxy_hosts", "symbols", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator("symbols")
    @classmethod
    def _pairs(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value or not all(re.fullmatch(r"[A-Z0-9]+/[A-Z0-9]+", one) for one in value):
            raise ValueError("write pairs like BTC/USDT, with commas between them")
        for one in value:
            if one.partition("/")[2] not in DOLLARS:
                raise ValueError(
                    f"the limits are in dollars, and {one} is not priced so; choose pairs with "
                    + ", ".join(sorted(DOLLARS))
                )
        return value

    @field_validator("proxy_hosts")
    @classmethod
    def _explicit(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any("*" in host for host in value):
            raise ValueError("name the hosts one by one, without *")
        return value

    @field_validator("proxy_token", "live_confirm_token")
    @classmethod
    def _not_blank(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().strip():
            raise ValueError("is blank; give a value, or leave it out")
        return value

    @field_validator("proxy_token")
    @classmethod
    def _long(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < SHORTEST_TOKEN:
            raise ValueError(
                f"is shorter than {SHORTEST_TOKEN} characters; leave it out, and a good one is made"
            )
        return value

    @field_validator("exchange_origin")
    @classmethod
    def _ours(cls, value: str) -> str:
        if value in {"", "testnet"}:
            return value
        parts = urlsplit(value)
        if parts.scheme != "http" or not is_loopback(parts.hostname or "") or parts.path.strip("/"):
            raise ValueError("must be empty, `testnet`, or like http://127.0.0.1:1234")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _room_to_buy(self) -> Self:
        if self.min_trade_usd > self.max_trade_usd:
            raise ValueError(
                f"MIN_TRADE_USD={self.min_trade_usd} is above MAX_TRADE_USD={self.max_trade_usd}, "
                "so nothing could be bought; raise one or lower the other"
            )
        return self

    @model_validator(mode="after")
    def _safe_to_reach(self) -> Self:
        if (self.proxy_tls_cert is None) != (self.proxy_tls_key is None):
            raise ValueError("PROXY_TLS_CERT and PROXY_TLS_KEY belong together; give both")
        if is_loopback(self.proxy_host) or self.proxy_tls_cert is not None:
            return self
        if self.proxy_tls != "terminated":
            raise ValueError(
                f"PROXY_HOST={self.proxy_host} can be reached from other machines, so TLS is "
                "needed: set PROXY_TLS_CERT and PROXY_TLS_KEY, or PROXY_TLS=terminated behind a "
                "platform that speaks TLS, or PROXY_HOST=127.0.0.1"
            )
        if not self.proxy_hosts:
            raise ValueError(
                "PROXY_TLS=terminated needs PROXY_HOSTS, the host names that callers use"
            )
        return self

    @property
    def folder(self) -> Path:
        """The proxy's own folder."""
        return self.piggy_data / "proxy"

    @property
    def stop_file(self) -> Path:
        return self.piggy_data / "STOP"

    @property
    def database_url(self) -> str:
        return self.proxy_database_url or f"sqlite:///{self.folder / 'proxy.db'}"

    @property
    def hosts(self) -> tuple[str, ...]:
        """Host names that a request may carry."""
        own = (self.proxy_host,) if is_named(self.proxy_host) else ()
        return tuple(dict.fromkeys((*(self.proxy_hosts or ("127.0.0.1", "localhost")), *own)))

    def limits(self) -> Limits:
        """The operator's limits."""
        return Limits(
            minTradeUsd=self.min_trade_usd,
            maxTradeUsd=self.max_trade_usd,
            maxTradeShare=self.max_trade_share,
            maxTradesPerDay=self.max_trades_per_day,
            maxDailyLossShare=self.max_daily_loss_share,
            symbols=list(self.symbols),
        )

    def check_certificate(self) -> None:
        """BadSettings where a file of it is not there."""
        for file in (self.proxy_tls_cert, self.proxy_tls_key):
            if file is not None and not file.is_file():
                raise BadSettings(
                    "bad_settings", f"There is no file {file}. Check PROXY_TLS_CERT/KEY."
                )

    @property
    def token_file(self) -> Path:
        """Where the token is kept, unless it is given."""
        return self.proxy_token_file or self.piggy_data / "proxy.token"

    def token(self) -> str:
        """The token that callers must show: given, or read from its file, or made there."""
        if self.proxy_token is not None:
            return self.proxy_token.get_secret_value()
        return token_in(self.token_file)


def load(**given: Any) -> Settings:
    """The settings; BadSettings with a sentence for each that is wrong."""
    try:
        return Settings(**given)
    except ValidationError as errors:
        lines = [_sentence(error["loc"], error["type"], error["msg"]) for error in errors.errors()]
        raise BadSettings("bad_settings", "\n".join(lines)) from None


def token_in(path: Path) -> str:
    """The token of a private file, made with 256 random bits where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return _read_token(path)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with os.fdopen(handle, "w") as file:
        file.write(token + "\n")
    return token


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach that address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_named(host: str) -> bool:
    """Whether it is one address, not "all of them"."""
    return host not in {"", "0.0.0.0", "::"}


def _read_token(path: Path) -> str:
    if path.stat().st_mode & OTHERS_MAY_READ:
        raise BadSettings("bad_settings", f"{path} can be read by others. Run: chmod 600 {path}")
    token = path.read_text().strip()
    if len(token) < SHORTEST_TOKEN:
        raise BadSettings(
            "bad_settings",
            f"The token in {path} is too short. Delete the file; a good one is made.",
        )
    return token


def _sentence(place: tuple[int | str, ...], kind: str, message: str) -> str:
    reason = PLAINER.get(kind, message.removeprefix(OUR_OWN)).rstrip(".")
    reason = reason.replace("Input should be", "must be")
    if not place:
        return f"{reason}."
    name = str(place[0]).upper()
    return f"{name}: {reason[0].lower()}{reason[1:]}. Change it in the environment or in .env."
