"""Which shares a card offers, and when it is changed.

May import: core, wire.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piggybot.core.cards import CALM, LIFE, RENEW, SHARES, Card, is_news, over, rests, sellable
from piggybot.core.positions import Book, Key
from proxy.wire import MarketOut
from tests.bot.values import NOW

SECOND = timedelta(seconds=1)
RULES = MarketOut(
    exchange="binanceus",
    symbol="BTC/USDT",
    base="BTC",
    quote="USDT",
    minNotional=Decimal(1),
    minQty=Decimal("0.00001"),
    step=Decimal("0.00001"),
    tick=Decimal("0.01"),
)
KEY = Key("user-anna", Book.PAPER, "binanceus", "BTC/USDT", "")
CARD = Card("m70:1:card0", 7, KEY, "64,000", NOW, NOW + LIFE)


@pytest.mark.parametrize(
    ("units", "offered"),
    [
        ("1", {"0.25": "0.25", "0.5": "0.5", "1": "1"}),
        ("0.00010", {"0.25": "0.00002", "0.5": "0.00005", "1": "0.00010"}),
        ("0.00003", {"1": "0.00003"}),
        ("0.00001", {}),
        ("0", {}),
    ],
)
def test_only_what_the_venue_takes_and_what_leaves_nothing_stuck(
    units: str, offered: dict[str, str]
) -> None:
    found = sellable(Decimal(units), Decimal(64_000), RULES)
    assert found == {Decimal(share): Decimal(part) for share, part in offered.items()}


@given(st.decimals(0, 10, places=8), st.decimals(Decimal("0.01"), 100_000, places=2))
def test_never_more_than_there_is_and_always_whole_steps(units: Decimal, price: Decimal) -> None:
    for share, part in sellable(units, price, RULES).items():
        assert share in SHARES
        assert 0 < part <= units * share
        assert part % RULES.step == 0
        assert part * price >= RULES.minNotional


def test_a_card_is_changed_for_news_or_for_its_buttons_and_never_too_soon() -> None:
    assert rests(CARD, NOW + CALM - SECOND)
    assert not rests(CARD, NOW + CALM)
    assert is_news(CARD, "65,000", NOW + CALM)
    assert not is_news(CARD, "64,000", NOW + RENEW - SECOND)
    assert is_news(CARD, "64,000", NOW + RENEW)
    assert not over(CARD, NOW + LIFE - SECOND)
    assert over(CARD, NOW + LIFE)
    assert not rests(replace(CARD, edited=NOW + LIFE), NOW + LIFE), "its end is told at once"
