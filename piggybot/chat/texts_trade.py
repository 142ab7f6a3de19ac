"""The words that handlers say before an order: the priced question, and what is too little.

Alone because texts.py tells what became of orders, and this asks before there is one.

May import: core, wire.
"""

from collections.abc import Sequence
from decimal import Decimal

from piggybot.chat.texts import e, mark, price_text
from piggybot.core.money import plain, quoted, usd, usd_exact
from piggybot.core.orders import Want
from proxy.wire import AccountOut, Mode, Side

SELLS_ITS_OWN = (
    "It only sells what it has bought itself, never your other coins. /status shows what it holds."
)


def nothing_held(coin: str) -> tuple[str, str]:
    return f"There is nothing to sell: the bot holds {coin}.", SELLS_ITS_OWN


def too_much_typed(words: Sequence[str], usage: str) -> tuple[str, str]:
    rest = quoted(" ".join(words))
    return (
        f"I do not understand {rest} at the end. Nothing was sent.",
        f"Type it like this: {usage}",
    )


def too_little(spend: Decimal, least: Decimal) -> tuple[str, str]:
    return (
        f"{usd_exact(spend)} is too little: {usd(least)} is the least.",
        f"Type {plain(least.normalize())} or more. Nothing was sent.",
    )


def _what(want: Want) -> str:
    if want.amount_usd is not None:
        return f"{usd_exact(want.amount_usd)} of {want.symbol}"
    return f"{plain(want.units or Decimal(0))} {want.symbol}"


def order_question(want: Want, account: AccountOut) -> str:
    side = "Buy" if want.side is Side.BUY else "Sell"
    return (
        f"{mark(account.mode, sandbox=account.sandbox)}\n{side} {e(_what(want))} at about "
        f"{price_text(want.quoted_price or Decimal(0))}?\nReal money. The button works once, for "
        "60 seconds, and not when the price has moved more than 1%."
    )


def test_label(mode: Mode) -> str:
    if mode is Mode.LIVE:
        return "🔴 Test Live BUY (BTC/USDT), $2"
    return f"{mark(mode).split(' ', maxsplit=1)[0]} Test buy, $2"


def order_label(want: Want, account: AccountOut) -> str:
    side = "Buy" if want.side is Side.BUY else "Sell"
    sign = mark(account.mode).split(" ", maxsplit=1)[0]
    return f"{sign} {side} {_what(want)}"
