"""The contract about the proxy itself and the keys it keeps.

May import: wire.
"""

from typing import Annotated, Literal

from pydantic import Field

from proxy.wire.base import ExchangeName, UserId, Wire


class Exchange(Wire):
    name: str
    title: str
    supported: bool


class HealthOut(Wire):
    """Without a token only `status` is there."""

    status: Literal["ok"] = "ok"
    version: str | None = None
    keyId: str | None = None
    publicKey: str | None = None
    """X25519 public key, base64, that secrets are sealed to; `keyId` names it."""
    liveAllowed: bool | None = None
    liveTokenRequired: bool | None = None
    exchanges: list[Exchange] | None = None
    sandbox: bool | None = None
    """True where the venue's origin is not the official one: 🧪 on every message about money."""
    stopped: bool | None = None
    """True while a stop for all (the owner's, or the host's stop file) is in force."""
    recovering: bool | None = None


class CredentialsIn(Wire):
    """A key for a venue. `apiKey` may be clear or sealed text; the secret is one of the two."""

    userId: UserId
    exchange: ExchangeName
    apiKey: Annotated[str, Field(min_length=1, max_length=2048, repr=False)]
    apiSecret: Annotated[str | None, Field(max_length=8192, repr=False)] = None
    sealed: Annotated[str | None, Field(max_length=12288)] = None


class Permissions(Wire):
    """None: the venue does not tell."""

    trade: bool | None = None
    withdraw: bool | None = None
    ipRestricted: bool | None = None


class CredentialsOut(Wire):
    ok: Literal[True] = True
    canTrade: bool
    validated: Literal[True] = True
    userId: str
    exchange: str
    permissions: Permissions
    warnings: list[str]


class CredentialsRefused(Wire):
    """The body of a 401 (or 409, 503) of /api/credentials; `error` is the code."""

    ok: Literal[False] = False
    validated: Literal[False] = False
    error: str
    message: str
    hint: str


class ForgetIn(Wire):
    userId: UserId
    exchange: ExchangeName | None = None


class ForgetOut(Wire):
    forgotten: list[str]
    """The exchanges whose keys are gone."""
    traces: bool = False
    """Whether a sealed copy may still stand in the database's log; asking again clears it."""
