"""Bad input in the chat, about looking: prices, pictures, alerts, positions, profit, the summary.

A table, read by test_bad_input.py.
"""

# ruff: noqa: E501, RUF001

from tests.stories.bad_input import Typed

LOOKING = (
    Typed(
        "/price DOGE",
        "❌ I do not trade “DOGE”.\nAllowed are BTC/USDT, ETH/USDT.",
    ),
    Typed(
        "/price btv",
        "❌ I do not trade “btv”.\nDid you mean BTC/USDT? Allowed are BTC/USDT, ETH/USDT.",
    ),
    Typed(
        "/price BTC ETH",
        "❌ I need one symbol at most.\nType it like this: /price BTC/USDT",
    ),
    Typed(
        "/price <b>",
        "❌ I do not trade “<b>”.\nAllowed are BTC/USDT, ETH/USDT.",
    ),
    Typed(
        "/alert",
        "❌ Something is missing after /alert.\nType it like this: /alert BTC/USDT > 70000",
    ),
    Typed(
        "/alert BTC",
        "❌ A price is missing after “BTC”.\nType it like this: /alert BTC/USDT > 70000",
    ),
    Typed(
        "/alert BTC >",
        "❌ A price is missing after “BTC”.\nType it like this: /alert BTC/USDT > 70000",
    ),
    Typed(
        "/alert > 70000",
        "❌ A symbol is missing, like BTC.\nType it like this: /alert BTC/USDT > 70000",
    ),
    Typed(
        "/alert DOGE > 1",
        "❌ I do not trade “DOGE”.\nAllowed are BTC/USDT, ETH/USDT.",
    ),
    Typed(
        "/alert BTC = 70000",
        "❌ An alert needs > or <, not =.\nType it like this: /alert BTC/USDT > 70000",
    ),
    Typed(
        "/alert BTC > 70,000",
        "❌ “70,000”: Use a point for the cents, and nothing between the thousands.\nType it like this: /alert BTC/USDT > 70000",
    ),
    Typed(
        "/alert BTC > -5",
        "❌ “-5”: An amount cannot be negative.\nType it like this: /alert BTC/USDT > 70000",
    ),
    Typed(
        "/alert BTC > 0",
        "❌ “0”: The amount must be more than zero.\nType it like this: /alert BTC/USDT > 70000",
    ),
    Typed(
        "/alert BTC > 1e9",
        "❌ “1e9”: Write the number out, like 2000.\nType it like this: /alert BTC/USDT > 70000",
    ),
    Typed(
        "/alert BTC > nan",
        "❌ “nan”: That is not a number that can be spent.\nType it like this: /alert BTC/USDT > 70000",
    ),
    Typed(
        "/alert BTC > 1",
        "❌ BTC/USDT is at PRICE: that is above 1.00 already, so no alert is set.\nChoose a price that is further above, or turn the sign: /alert BTC/USDT < 1",
    ),
    Typed(
        "/alert BTC < 100000000",
        "❌ BTC/USDT is at PRICE: that is below 100,000,000.00 already, so no alert is set.\nChoose a price that is further below, or turn the sign: /alert BTC/USDT > 100000000",
    ),
    Typed(
        "/alert BTC 70000 80000",
        "❌ “70000 80000”: That is not an amount.\nType it like this: /alert BTC/USDT > 70000",
    ),
    Typed(
        "/alert BTC > ７００００",
        "❌ “７００００”: An amount is written with the digits 0 to 9 only.\nType it like this: /alert BTC/USDT > 70000",
    ),
    Typed(
        "/chart DOGE",
        "❌ I do not trade “DOGE”.\nAllowed are BTC/USDT, ETH/USDT.",
    ),
    Typed(
        "/chart BTC 7h",
        "❌ There are no candles of “7h”.\nDid you mean 4h? There are 1m, 5m, 15m, 1h, 4h, 1d.",
    ),
    Typed(
        "/chart BTC ETH",
        "❌ I draw one symbol at a time.\nType it like this: /chart BTC/USDT 1h, or /chart #1",
    ),
    Typed(
        "/chart #9",
        "❌ You have no run #9.\n/runs lists them.",
    ),
    Typed(
        "/chart #1 4h",
        "❌ A run is drawn as it is.\nType it like this: /chart BTC/USDT 1h, or /chart #1",
    ),
    Typed(
        "/chart BTC 1h 4h",
        "❌ I draw 1h or “4h”.\nLeave one of them out.",
    ),
    Typed(
        "/chart BTC 10s",
        "❌ There are no candles of “10s”.\nThere are 1m, 5m, 15m, 1h, 4h, 1d.",
    ),
    Typed(
        "/chart 0m",
        "❌ There are no candles of “0m”.\nThere are 1m, 5m, 15m, 1h, 4h, 1d.",
    ),
    Typed(
        "/chart <b>",
        "❌ I do not trade “<b>”.\nAllowed are BTC/USDT, ETH/USDT.",
    ),
    Typed(
        "/pnl wek",
        "❌ I do not understand “wek” after /pnl.\nDid you mean week? There are day, week, month, all.",
    ),
    Typed(
        "/pnl day week",
        "❌ I do not understand “day week” after /pnl.\nThere are day, week, month, all.",
    ),
    Typed(
        "/pnl <b>",
        "❌ I do not understand “<b>” after /pnl.\nThere are day, week, month, all.",
    ),
    Typed(
        "/pnl 7",
        "❌ I do not understand “7” after /pnl.\nThere are day, week, month, all.",
    ),
    Typed(
        "/summary 24",
        "❌ “24” is not a whole hour from 0 to 23.\nType it like this: /summary 8 Europe/Berlin, or /summary off",
    ),
    Typed(
        "/summary 8:30",
        "❌ “8:30” is not a whole hour from 0 to 23.\nType it like this: /summary 8 Europe/Berlin, or /summary off",
    ),
    Typed(
        "/summary -1",
        "❌ “-1” is not a whole hour from 0 to 23.\nType it like this: /summary 8 Europe/Berlin, or /summary off",
    ),
    Typed(
        "/summary eight",
        "❌ “eight” is not a whole hour from 0 to 23.\nType it like this: /summary 8 Europe/Berlin, or /summary off",
    ),
    Typed(
        "/summary 13pm",
        "❌ “13pm” is not a whole hour from 0 to 23.\nType it like this: /summary 8 Europe/Berlin, or /summary off",
    ),
    Typed(
        "/summary 8 Berlim",
        "❌ I know no time zone called “Berlim”.\nDid you mean Europe/Berlin?",
    ),
    Typed(
        "/summary 8 Europe/Berlln",
        "❌ I know no time zone called “Europe/Berlln”.\nDid you mean Europe/Berlin?",
    ),
    Typed(
        "/summary 8 Mars/Base",
        "❌ I know no time zone called “Mars/Base”.\nDid you mean Pacific/Marquesas?",
    ),
    Typed(
        "/summary 8 ../../etc/passwd",
        "❌ I know no time zone called “../../etc/passwd”.\nWrite it like Europe/Berlin or UTC.",
    ),
    Typed(
        "/summary 8 Europe/Berlin now",
        "❌ I do not understand “8 Europe/Berlin now”.\nType it like this: /summary 8 Europe/Berlin, or /summary off",
    ),
    Typed(
        "/summary off now",
        "❌ “off” is not a whole hour from 0 to 23.\nType it like this: /summary 8 Europe/Berlin, or /summary off",
    ),
    Typed(
        "/positions BTC",
        "❌ Nothing follows /positions.\nType it like this: /positions",
    ),
)
