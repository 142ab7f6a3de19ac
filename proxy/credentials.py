"""Keys: looked at by the venue before they are kept, sealed while they are, gone when forgotten.

What is opened here is registered with the logs' redaction first and handed to nobody but the
signing moment.

May import: ccxt_line, errors, known, logs, modes, parts, records, store, vault, wire.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Protocol

from migrations.database import Door
from proxy.ccxt_line import Opener
from proxy.errors import Denied, KeyRefused, NoKey, ProxyError
from proxy.known import checked
from proxy.logs import Secrets
from proxy.modes import Modes
from proxy.parts import Parts
from proxy.records import KeyRow
from proxy.store import Store
from proxy.vault import Vault, info_of, is_sealed
from proxy.wire import CredentialsIn, CredentialsOut, ForgetIn, ForgetOut, Permissions

log = logging.getLogger(__name__)

KEY_FIELD = "apiKey"
SECRET_FIELD = "apiSecret"
PEM = "PRIVATE KEY"


class KeyVenue(Protocol):
    """A venue that can look at a key before it is stored."""

    title: str

    async def inspect(self, key: Opener) -> Permissions:
        """What the key may do; KeyRefused, VenueUnavailable."""


@dataclass(frozen=True, slots=True)
class _Pair:
    key: str = field(repr=False)
    secret: str = field(repr=False)

    def same(self, other: "_Pair") -> bool:
        keys = compare_digest(self.key.encode(), other.key.encode())
        return keys and compare_digest(self.secret.encode(), other.secret.encode())


class Keyring:
    """Opens stored keys, one call at a time."""

    def __init__(self, store: Store, door: Door, vault: Vault, secrets: Secrets) -> None:
        self._store = store
        self._door = door
        self._vault = vault
        self._secrets = secrets

    async def key_of(self, user_id: str, exchange: str) -> Opener:
        """A way to open that key at the moment of signing; NoKey."""
        keys = self._store.keys
        row = keys.kept(user_id, exchange) or await self._door(keys.find, user_id, exchange)
        if row is None:
            raise NoKey("no_key", f"There is no key for {exchange}.", "/setkeys stores one.")

        def opener() -> tuple[str, str]:
            pair = self.opened(user_id, exchange, (row.api_key_sealed, row.secret_sealed))
            return pair.key, pair.secret

        return opener

    def opened(self, user_id: str, exchange: str, texts: tuple[str, str]) -> _Pair:
        """Key and secret out of two texts, sealed or clear; Denied where they do not open."""
        opened = []
        for name, text in zip((KEY_FIELD, SECRET_FIELD), texts, strict=True):
            try:
                clear = self._vault.open(text, info_of(user_id, exchange, name)).strip()
            except ProxyError as error:
                raise Denied(error.code, error.message, error.hint) from None
            self._secrets.register(clear)
            opened.append(clear)
        return _Pair(*opened)

    def sealed(self, user_id: str, exchange: str, name: str, text: str) -> str:
        """The text sealed, if it is not already."""
        if is_sealed(text):
            return text
        self._secrets.register(text, text.strip())
        whole = text.strip().replace("\\n", "\n") if PEM in text else text.strip()
        return self._vault.seal(whole, info_of(user_id, exchange, name))


class Credentials:
    """Saving and forgetting keys."""

    def __init__(
        self,
        parts: Parts,
        modes: Modes,
        keyring: Keyring,
        venues: Mapping[str, KeyVenue],
        *,
        allow_withdraw: bool,
    ) -> None:
        self._parts = parts
        self._modes = modes
        self._keyring = keyring
        self._venues = venues
        self._allow_withdraw = allow_withdraw

    async def save(self, ask: CredentialsIn) -> CredentialsOut:
        """Keep a key that its venue accepts; a replaced one ends live.

        An account in PAPER trades at the venue of its newest key; a real one stays where it is.
        """
        exchange = checked(ask.exchange)
        texts = (
            self._keyring.sealed(ask.userId, exchange, KEY_FIELD, ask.apiKey),
            self._keyring.sealed(ask.userId, exchange, SECRET_FIELD, _secret_text(ask)),
        )
        pair = self._keyring.opened(ask.userId, exchange, texts)
        if not pair.key or not pair.secret:
            raise Denied("no_secret", "The key or the secret is empty.", "Give both.")
        venue = self._venues[exchange]
        permissions = await venue.inspect(lambda: (pair.key, pair.secret))
        self._check(venue.title, permissions)
        await self._keep(ask.userId, exchange, texts, permissions)
        return CredentialsOut(
            canTrade=permissions.trade is not False,
            userId=ask.userId,
            exchange=exchange,
            permissions=permissions,
            warnings=_warnings(venue.title, permissions),
        )

    async def forget(self, ask: ForgetIn) -> ForgetOut:
        """Remove keys from the database, bytes and all; live ends first.

        While an order is being asked about, its key stays: another one may be another account.
        """
        exchange = None if ask.exchange is None else checked(ask.exchange)
        account = await self._parts.door(self._parts.store.accounts.find, ask.userId)
        if account is not None and exchange in {None, account.exchange}:
            await self._modes.reduce(ask.userId, "The key was removed.")
        keys = self._parts.store.keys
        gone = await self._parts.door(keys.forget, ask.userId, exchange)
        if gone.waiting:
            raise Denied(
                "orders_unresolved",
                f"Orders not resolved yet: {gone.waiting}. Only this key can ask after them.",
                "Try again when /status shows none; or delete the key at the exchange.",
            )
        if gone.traces:
            log.warning("a sealed copy of a forgotten key may remain in the database's log file")
        return ForgetOut(forgotten=gone.venues, traces=gone.traces)

    def _check(self, title: str, permissions: Permissions) -> None:
        if permissions.trade is False:
            raise KeyRefused(
                "no_spot_permission",
                f"{title} accepts this key, but the key may not trade spot.",
                f"Switch on spot trading for the key at {title}, then try again.",
            )
        if permissions.withdraw and not self._allow_withdraw:
            raise KeyRefused(
                "withdrawal_permitted",
                "This key can withdraw or transfer money, so it is refused; nothing was kept.",
                f"At {title}, make a key that may only read and trade spot, and delete this one.",
            )

    async def _keep(
        self, user_id: str, exchange: str, texts: tuple[str, str], permissions: Permissions
    ) -> None:
        store, door, now = self._parts.store, self._parts.door, self._parts.clock()
        account = await door(store.accounts.register, user_id, exchange, now)
        self._parts.gate.admit(account)
        known = await door(store.keys.find, user_id, exchange)
        alike = known if known is not None and self._is_same(known, texts) else None
        if known is not None and alike is None:
            await self._replacing(user_id, exchange)
        fresh = KeyRow(user_id, exchange, *texts, permissions, now)
        # Asked again where it is kept: an order may have been reserved since.
        _check_waiting(await door(store.keys.replace, fresh, alike))
        await door(store.accounts.move, user_id, exchange)

    def _is_same(self, known: KeyRow, texts: tuple[str, str]) -> bool:
        names = known.user_id, known.exchange
        try:
            old = self._keyring.opened(*names, (known.api_key_sealed, known.secret_sealed))
        except Denied:
            return False
        return old.same(self._keyring.opened(*names, texts))

    async def _replacing(self, user_id: str, exchange: str) -> None:
        """Another key may be another account, where the old orders would seem to be absent."""
        keys = self._parts.store.keys
        _check_waiting(await self._parts.door(keys.unresolved, user_id, exchange))
        await self._modes.reduce(user_id, "The key was replaced.")


def _check_waiting(waiting: int) -> None:
    if waiting:
        raise Denied(
            "orders_unresolved",
            f"Orders of the earlier key not resolved yet: {waiting}. They can only "
            "be asked after with that key.",
            "Try again when /status shows none.",
        )


def _secret_text(ask: CredentialsIn) -> str:
    given = [text for text in (ask.apiSecret, ask.sealed) if text]
    if len(given) != 1:
        raise Denied(
            "no_secret",
            "The secret is missing, or given twice.",
            "Give either apiSecret or sealed.",
        )
    if ask.sealed and not is_sealed(ask.sealed):
        raise Denied("sealed_text_refused", "`sealed` is not a sealed text.", "Seal it first.")
    return given[0]


def _warnings(title: str, permissions: Permissions) -> list[str]:
    """What a careful person would want to know about an accepted key."""
    warnings = []
    if permissions.withdraw:
        warnings.append("This key can withdraw money. A key that cannot is much safer.")
    if permissions.withdraw is None:
        warnings.append(
            f"{title} does not tell whether the key can withdraw money: check there that it cannot."
        )
    if permissions.ipRestricted is False:
        warnings.append(
            f"The key works from any address. At {title}, limit it to this computer's IP address."
        )
    if permissions.trade is None:
        warnings.append(f"{title} did not tell whether the key may trade spot.")
    return warnings
