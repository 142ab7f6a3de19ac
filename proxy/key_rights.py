"""What a key may do and what its account holds, by signed questions only.

Alone, because a key is looked at here before it is stored.

May import: ccxt_line, errors, outcome, questions, venue, wire.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from proxy.ccxt_line import Opener
from proxy.errors import VenueUnavailable
from proxy.outcome import OK, decimal, error_of
from proxy.questions import Questions
from proxy.venue import Holdings, Market
from proxy.wire import Permissions

NO_PERMISSION = -2015
PROBE_AT_LEAST = Decimal(10)
ROOM = Decimal(2)
TELLS_RIGHTS = "binance"


async def balances_of(questions: Questions, key: Opener) -> dict[str, Holdings]:
    """What the account holds, free and locked; VenueUnavailable for a list with a hole."""
    body = await questions.signed(key, questions.ccxt.privateGetAccount, {})
    rows = body.get("balances") if isinstance(body, dict) else None
    if not isinstance(rows, list):
        raise _unusable(questions)
    held: dict[str, Holdings] = {}
    for row in rows:
        fields: Mapping[str, Any] = row if isinstance(row, dict) else {}
        asset, free, locked = fields.get("asset"), *map(decimal, _amounts(fields))
        if not isinstance(asset, str) or free is None or locked is None:
            raise _unusable(questions)
        if free or locked:
            held[asset] = Holdings(free, locked)
    return held


async def rights_of(questions: Questions, key: Opener, probe: Market) -> Permissions:
    """What the key may do. None where the venue does not tell: Binance.US never does of
    withdrawals; trading is tried there with a test order, which never reaches the engine.
    """
    account = await questions.signed(key, questions.ccxt.privateGetAccount, {})
    can_trade = account.get("canTrade") if isinstance(account, dict) else None
    if not isinstance(can_trade, bool):
        raise _unusable(questions)
    if questions.name == TELLS_RIGHTS and questions.line.tells_permissions:
        told = await _told(questions, key)
        return told.model_copy(update={"trade": can_trade and told.trade})
    return Permissions(trade=can_trade and await _tried(questions, key, probe))


async def _told(questions: Questions, key: Opener) -> Permissions:
    body = await questions.signed(key, questions.ccxt.sapiGetAccountApiRestrictions, {})
    told: Mapping[str, Any] = body if isinstance(body, dict) else {}
    spot, withdraw = told.get("enableSpotAndMarginTrading"), told.get("enableWithdrawals")
    if not isinstance(spot, bool) or not isinstance(withdraw, bool):
        raise _unusable(questions)
    return Permissions(
        trade=spot,
        withdraw=withdraw or told.get("enableInternalTransfer") is True,
        ipRestricted=told.get("ipRestrict") is True,
    )


async def _tried(questions: Questions, key: Opener, probe: Market) -> bool | None:
    params = {
        "symbol": probe.venue_symbol,
        "side": "BUY",
        "type": "MARKET",
        "quoteOrderQty": format(max(probe.min_notional * ROOM, PROBE_AT_LEAST), "f"),
    }
    answer = await questions.raw(key, questions.ccxt.privatePostOrderTest, params)
    if answer.status == OK:
        return True
    return False if error_of(answer)[0] == NO_PERMISSION else None


def _amounts(fields: Mapping[str, Any]) -> tuple[Any, Any]:
    return fields.get("free"), fields.get("locked")


def _unusable(questions: Questions) -> VenueUnavailable:
    return VenueUnavailable(
        "venue_unavailable", f"{questions.title} gave no usable answer.", "Try again in a minute."
    )
