"""The words on and under a picture of candles. On it there are no emoji: fonts may lack them.

Alone because a picture's words are drawn, not sent.

May import: core, wire.
"""

from piggybot.chat.texts import e, mark, price_text
from piggybot.chat.texts_rules import CAUSES, title
from piggybot.core.runs import Run
from proxy.wire import AccountOut, Mode, PriceOut, Timeframe

__all__ = ["CAUSES", "badge", "button_label", "caption", "file_name", "note", "number"]


def badge(mode: Mode, *, sandbox: bool) -> str:
    return f"{mode.value} SANDBOX" if sandbox else mode.value


def note(run: Run | None, exchange: str) -> str:
    """What is drawn, and in which time."""
    return f"{exchange}, UTC" if run is None else f"{run.strategy} #{run.number}, UTC"


def number(price: PriceOut) -> str:
    return price_text(price.price)


def file_name(symbol: str, timeframe: Timeframe) -> str:
    return f"{symbol.replace('/', '-').lower()}-{timeframe}.png"


def caption(run: Run | None, price: PriceOut, account: AccountOut, trades: int, why: str) -> str:
    """What it is, the price, and what the strategy says of it now."""
    marked = mark(account.mode, sandbox=account.sandbox)
    name = e(price.symbol) if run is None else title(run)
    count = "1 trade" if trades == 1 else f"{trades or 'no'} trades"
    said = f"\n{e(why)}" if why else ""
    return f"📈 {marked}\n<b>{name}</b>, now {price_text(price.price)}, {count} of yours.{said}"


def button_label(offered: Timeframe, shown: Timeframe) -> str:
    return f"🔄 {offered}" if offered is shown else offered.value
