"""One request as it came over the wire, and whether its key, signature and time are good.

Alone because Binance signs the exact bytes that were sent, so they must be kept as they were.

May import: nothing of ours.
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from piggybot.sandbox.books import Account
from piggybot.sandbox.rules import (
    BAD_REQUEST,
    UNAUTHORIZED,
    ApiError,
    illegal,
    missing,
    no_permission,
)

SIGNATURE = re.compile(r"(^|&)signature=[^&]*")
WELL_FORMED_KEY = re.compile(r"[A-Za-z0-9]{64}")
DEFAULT_WINDOW = 5_000
WIDEST_WINDOW = 60_000
MAY_BE_AHEAD = 1_000


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sent."""

    method: str
    path: str
    query: str
    body: str
    api_key: str
    at: datetime

    @property
    def params(self) -> dict[str, str]:
        """Query first, then the form of the body; the first of two of a name counts."""
        both: dict[str, str] = {}
        for text in (self.query, self.body):
            for name, value in parse_qsl(text, keep_blank_values=True):
                both.setdefault(name, value)
        return both

    @property
    def target(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path

    def need(self, name: str) -> str:
        """A parameter, or Binance's word that it is missing."""
        value = self.params.get(name, "")
        if not value:
            raise missing(name)
        return value

    def whole(self, name: str, default: int) -> int:
        """A parameter that is a whole number."""
        text = self.params.get(name, str(default))
        if not re.fullmatch(r"\d{1,18}", text):
            raise illegal(name, "^[0-9]{1,20}$")
        return int(text)

    def signs_like(self, secret: str) -> bool:
        """True when the signature is HMAC-SHA256 over the query and body exactly as sent."""
        signed = SIGNATURE.sub("", self.query) + SIGNATURE.sub("", self.body)
        right = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).hexdigest()
        given = self.params.get("signature", "")
        return hmac.compare_digest(right.encode(), given.lower().encode())


Route = tuple[str, str]
Signed = Callable[[Account, Request], Any]


def account_of(request: Request, accounts: dict[str, Account], now: int) -> Account:
    """The account whose key signed this request now, or the refusal."""
    account = accounts.get(request.api_key)
    if account is None and not WELL_FORMED_KEY.fullmatch(request.api_key):
        raise ApiError(-2014, "API-key format invalid.", UNAUTHORIZED)
    request.need("timestamp")
    request.need("signature")
    _check_time(request, now)
    if account is None or account.ip_refused:
        raise no_permission()
    if not request.signs_like(account.secret):
        raise ApiError(-1022, "Signature for this request is not valid.", BAD_REQUEST)
    return account


def _check_time(request: Request, now: int) -> None:
    sent = request.whole("timestamp", 0)
    window = request.whole("recvWindow", DEFAULT_WINDOW)
    if window > WIDEST_WINDOW:
        raise ApiError(-1131, "'recvWindow' must be less than 60000.")
    if sent >= now + MAY_BE_AHEAD:
        words = "Timestamp for this request was 1000ms ahead of the server's time."
        raise ApiError(-1021, words)
    if now - sent > window:
        raise ApiError(-1021, "Timestamp for this request is outside of the recvWindow.")
