"""A run in one line: words in any order, each known by its looks, or refused with a guess.

May import: chat, core, errors, wire.
"""

from decimal import Decimal

import pytest

from piggybot.chat.run_line import Line, Vocabulary, amended, read_line
from piggybot.core.runs import Exits, Guards
from piggybot.errors import BadInput
from proxy.wire import Timeframe

USAGE = "/run sma_crossover BTC/USDT 1h 10"
KNOWN = Vocabulary(
    strategies={"sma_crossover": ("fast", "slow"), "rsi": ("window", "low", "high"), "dca": ()},
    symbols=("BTC/USDT", "ETH/USDT"),
    failed={"dip": "ModuleNotFoundError: No module named 'pandas'."},
)


def read(text: str) -> Line:
    return read_line(text.split(), KNOWN, USAGE)


@pytest.mark.parametrize(
    "text",
    [
        "sma_crossover BTC/USDT 1h 10",
        "BTCUSDT 1h 10 sma_crossover",
        "1H $10 btc SMA-Crossover",
        "10 usd 1h sma_crossover btc-usdt",
        "10usdt sma_crossover 1h btc/usdt",
    ],
)
def test_the_words_may_stand_in_any_order_and_spelling(text: str) -> None:
    wanted = Line("sma_crossover", "BTC/USDT", Timeframe.H1, Decimal(10))
    assert read(text) == wanted
    assert read(text).text == "sma_crossover BTC/USDT 1h 10"


def test_settings_are_parameters_exits_and_guards_by_their_names() -> None:
    line = read(
        "sma_crossover btc 1h 10 fast=5 slow = 40 stop=5% take=10 % trail=3% limit=48 cooldown=3 "
        "losses=4 max_drawdown=12.5%"
    )
    assert line.params == {"fast": "5", "slow": "40"}
    five, ten, three = Decimal("0.05"), Decimal("0.1"), Decimal("0.03")
    assert line.exits == Exits(five, ten, three, 48)
    assert line.guards == Guards(3, 4, Decimal("0.125"))
    assert line.text == (
        "sma_crossover BTC/USDT 1h 10 fast=5 slow=40 stop=5% take=10% trail=3% limit=48 "
        "cooldown=3 losses=4 drawdown=12.5%"
    )
    assert read(line.text) == line


def test_what_is_not_given_is_as_usual() -> None:
    assert read("").exits == Exits()
    assert read("").guards == Guards(0, 5, Decimal("0.2"))


def test_a_backtest_says_how_far_back_after_the_timeframe() -> None:
    assert read("rsi eth 1h 90d").days == 90
    assert read("rsi eth 90d 1h").days == 90
    assert read("rsi eth 1d 1d").days == 1
    line = read("rsi eth 1d 52w window=7")
    assert (line.timeframe, line.days, line.amount) == (Timeframe.D1, 364, None)
    assert read(line.text) == line


def test_an_answer_takes_the_place_of_what_was_said_before() -> None:
    line = read("sma_crossover btc 1h 10 fast=5 stop=5%")
    assert amended(line, ["20"], KNOWN, USAGE).amount == 20
    assert amended(line, ["fast=7", "take=9%"], KNOWN, USAGE).text == (
        "sma_crossover BTC/USDT 1h 10 fast=7 stop=5% take=9%"
    )
    assert amended(line, ["rsi"], KNOWN, USAGE).text == "rsi BTC/USDT 1h 10 stop=5%"
    assert amended(line, ["4h", "eth"], KNOWN, USAGE).text == (
        "sma_crossover ETH/USDT 4h 10 fast=5 stop=5%"
    )


ALL = "There are sma_crossover, rsi, dca."
FRAMES = "There are 1m, 5m, 15m, 1h, 4h, 1d."
LIKE = f"Type it like this: {USAGE}"


@pytest.mark.parametrize(
    ("text", "why", "next_step"),
    [
        ("sma btc", "There is no strategy “sma”.", f"Did you mean sma_crossover? {ALL}"),
        ("sma_crosover btc", "There is no strategy “sma_crosover”.", "Did you mean sma_crossover?"),
        ("magic btc", "There is no strategy “magic”.", ALL),
        ("<b>x btc", "There is no strategy “<b>x”.", ALL),
        ("dip btc", "could not be loaded: ModuleNotFoundError: No module named", "Mend its pack"),
        ("rsi doge 1h", "I do not trade “doge”.", "Allowed are BTC/USDT, ETH/USDT."),
        ("rsi btcc 1h", "I do not trade “btcc”.", "Did you mean BTC/USDT?"),
        ("DOGE/USDT 1h", "I do not trade “DOGE/USDT”.", "Allowed are"),
        ("rsi btc eth 1h", "I do not understand “eth” in this.", LIKE),
        ("rsi btc dca 1h", "I do not understand “dca” in this.", LIKE),
        ("rsi btc 2h", "There are no candles of “2h”.", f"Did you mean 1h? {FRAMES}"),
        ("rsi btc 60m", "There are no candles of “60m”.", "Did you mean 1h?"),
        ("rsi btc 1M", "There are no candles of “1M”.", "Did you mean 1m?"),
        ("rsi btc 24h", "There are no candles of “24h”.", "Did you mean 1d?"),
        ("rsi btc 0h", "There are no candles of “0h”.", FRAMES),
        ("rsi btc 1y", "There are no candles of “1y”.", FRAMES),
        ("rsi btc 1h 4h", "There is 1h already, and then “4h”.", "Leave one of them out."),
        ("rsi btc 1h 3d 4d", "There is 1h and 3d already, and then “4d”.", "Leave one"),
        ("rsi btc 1h 10 20", "There are two amounts: 10 and 20.", LIKE),
        ("rsi btc 1h 0", "“0”: The amount must be more than zero.", LIKE),
        ("rsi btc 1h -5", "“-5”: An amount cannot be negative.", LIKE),
        ("rsi btc 1h nan", "“nan”: That is not a number that can be spent.", LIKE),
        ("rsi btc 1h 1,000", "“1,000”: Use a point for the cents", LIKE),
        ("rsi btc 1h 2e3", "“2e3”: Write the number out", LIKE),
        ("rsi btc 1h \uff12", "“\uff12”: An amount is written with the digits", LIKE),
        (
            "rsi btc fsat=10",
            "rsi has no setting “fsat”.",
            "There are window, low, high, stop, take",
        ),
        ("rsi btc windw=10", "rsi has no setting “windw”.", "Did you mean window?"),
        ("rsi btc stopp=5%", "rsi has no setting “stopp”.", "Did you mean stop?"),
        ("rsi btc stop_los=5%", "rsi has no setting “stop_los”.", "Did you mean stop?"),
        ("btc fast=10", "I cannot tell whose setting “fast” is", "sma_crossover BTC/USDT 1h 10"),
        ("rsi btc stop=5", "“stop=5” is not a percentage with its sign.", "like this: stop=5%"),
        ("rsi btc stop=0.05", "“stop=0.05” is not a percentage", "like this: stop=5%"),
        ("rsi btc stop=", "“stop=” is not a percentage", "like this: stop=5%"),
        ("rsi btc stop=95%", "stop=95% is out of range: 0.1% to 90%.", "like this: stop=5%"),
        ("rsi btc limit=0", "limit=0 is out of range: 1 to 100000.", "like this: limit=48"),
        ("rsi btc limit=2.5", "“limit=2.5” is not a whole number.", "like this: limit=48"),
        ("rsi btc stop=5% sl=4%", "“stop” is there twice.", "Leave one of them out."),
        ("rsi btc low=5 low=4", "“low” is there twice.", "Leave one of them out."),
    ],
)
def test_what_is_not_understood_says_why_and_what_was_perhaps_meant(
    text: str, why: str, next_step: str
) -> None:
    with pytest.raises(BadInput) as refused:
        read(text)
    assert why in refused.value.message
    assert next_step in refused.value.hint


def test_an_unknown_answer_is_taken_for_what_is_missing() -> None:
    with pytest.raises(BadInput, match="I do not trade “dogge”"):
        amended(Line("rsi"), ["dogge"], KNOWN, USAGE)
    with pytest.raises(BadInput, match="There is no strategy “dogge”"):
        amended(Line(), ["dogge"], KNOWN, USAGE)


def test_a_parameter_that_is_called_as_an_alias_stays_the_strategys_own() -> None:
    known = Vocabulary({"mine": ("tp",)}, ("BTC/USDT",))
    assert read_line(["mine", "tp=3"], known, USAGE).params == {"tp": "3"}
