"""Bad input in the chat, about runs, their reasons and their tests: what is typed, and the answer.

A table, read by test_bad_input.py.
"""

# ruff: noqa: E501, RUF001

from tests.stories.bad_input import Typed

RUNS = (
    Typed(
        "/run magic BTC/USDT 1h 10",
        "❌ There is no strategy “magic”.\n"
        "Did you mean macd? There are sma_crossover, rsi, macd, bollinger, breakout, dca.",
    ),
    Typed(
        "/run sma BTC/USDT 1h 10",
        "❌ There is no strategy “sma”.\n"
        "Did you mean sma_crossover? There are sma_crossover, rsi, macd, bollinger, breakout, dca.",
    ),
    Typed(
        "/run <b>x</b> BTC/USDT 1h 10",
        "❌ There is no strategy “<b>x</b>”.\n"
        "There are sma_crossover, rsi, macd, bollinger, breakout, dca.",
    ),
    Typed(
        "/run sma_crossover DOGE/USDT 1h 10",
        "❌ I do not trade “DOGE/USDT”.\nAllowed are BTC/USDT, ETH/USDT.",
    ),
    Typed(
        "/run sma_crossover btcc 1h 10",
        "❌ I do not trade “btcc”.\nDid you mean BTC/USDT? Allowed are BTC/USDT, ETH/USDT.",
    ),
    Typed(
        "/run sma_crossover BTC/USDT 2h 10",
        "❌ There are no candles of “2h”.\nDid you mean 1h? There are 1m, 5m, 15m, 1h, 4h, 1d.",
    ),
    Typed(
        "/run sma_crossover BTC/USDT 1M 10",
        "❌ There are no candles of “1M”.\nDid you mean 1m? There are 1m, 5m, 15m, 1h, 4h, 1d.",
    ),
    Typed(
        "/run sma_crossover BTC/USDT 90d 10",
        "❌ There are no candles of “90d”.\nDid you mean 1d? There are 1m, 5m, 15m, 1h, 4h, 1d.",
    ),
    Typed(
        "/run sma_crossover BTC/USDT 1h 90d 10",
        "❌ A run has no end, so I do not know what 90d is for.\n"
        "Leave it out. /backtest tests so many days.",
    ),
    Typed(
        "/run sma_crossover BTC/USDT 1h 4h 10",
        "❌ There is 1h already, and then “4h”.\nLeave one of them out.",
    ),
    Typed(
        "/run sma_crossover BTC/USDT 1h 10 fsat=10",
        "❌ sma_crossover has no setting “fsat”.\n"
        "Did you mean fast? There are fast, slow, stop, take, trail, limit, cooldown, losses, drawdown.",
    ),
    Typed(
        "/run sma_crossover BTC/USDT 1h 10 fast=ten",
        "❌ “fast=ten” is not a whole number.\nType it like this: fast=10",
    ),
    Typed(
        "/run sma_crossover BTC/USDT 1h 10 fast=1",
        "❌ fast is 1; it goes from 2 to 500 candles.\nType it like this: fast=10",
    ),
    Typed(
        "/run sma_crossover BTC/USDT 1h 10 fast=40",
        "❌ sma_crossover: fast (40) must be below slow (30).\nBy default it has fast=10 slow=30",
    ),
    Typed(
        "/run sma_crossover BTC/USDT 1h 10 fast=5 fast=6",
        "❌ “fast” is there twice.\nLeave one of them out.",
    ),
    Typed(
        "/run sma_crossover BTC/USDT 1h 10 stop=5",
        "❌ “stop=5” is not a percentage with its sign.\nType it like this: stop=5%",
    ),
    Typed(
        "/run sma_crossover BTC/USDT 1h 10 stop=-5%",
        "❌ “stop=-5%” is not a percentage with its sign.\nType it like this: stop=5%",
    ),
    Typed(
        "/run sma_crossover BTC/USDT 1h 10 stop=100%",
        "❌ stop=100% is out of range: 0.1% to 90%.\nType it like this: stop=5%",
    ),
    Typed(
        "/run sma_crossover BTC/USDT 1h 10 limit=0",
        "❌ limit=0 is out of range: 1 to 100000.\nType it like this: limit=48",
    ),
    Typed(
        "/run sma_crossover BTC/USDT 1h 10 drawdown=0%",
        "❌ drawdown=0% is out of range: 1% to 100%.\nType it like this: drawdown=20%",
    ),
    Typed(
        "/run sma_crossover BTC/USDT 1h 0",
        "❌ “0”: The amount must be more than zero.\n"
        "Type it like this: /run sma_crossover BTC/USDT 1h 10",
    ),
    Typed(
        "/run sma_crossover BTC/USDT 1h -10",
        "❌ “-10”: An amount cannot be negative.\n"
        "Type it like this: /run sma_crossover BTC/USDT 1h 10",
    ),
    Typed(
        "/run sma_crossover BTC/USDT 1h 1,000",
        "❌ “1,000”: Use a point for the cents, and nothing between the thousands.\n"
        "Type it like this: /run sma_crossover BTC/USDT 1h 10",
    ),
    Typed(
        "/run sma_crossover BTC/USDT 1h 1e3",
        "❌ “1e3”: Write the number out, like 2000.\n"
        "Type it like this: /run sma_crossover BTC/USDT 1h 10",
    ),
    Typed(
        "/run sma_crossover BTC/USDT 1h nan",
        "❌ “nan”: That is not a number that can be spent.\n"
        "Type it like this: /run sma_crossover BTC/USDT 1h 10",
    ),
    Typed(
        "/run sma_crossover BTC/USDT 1h ２",
        "❌ “２”: An amount is written with the digits 0 to 9 only.\n"
        "Type it like this: /run sma_crossover BTC/USDT 1h 10",
    ),
    Typed(
        "/run sma_crossover BTC/USDT 1h 1.99",
        "❌ $1.99 is too little for a buy: $2.00 is the least.\nGive $2.00 or more.",
    ),
    Typed(
        "/run sma_crossover BTC/USDT 1h 50.01",
        "❌ $50.01 is above the limit of $50.00 a trade.\nGive $50.00 or less.",
    ),
    Typed(
        "/run sma_crossover BTC/USDT 1h 10 20",
        "❌ There are two amounts: 10 and 20.\n"
        "Type it like this: /run sma_crossover BTC/USDT 1h 10",
    ),
    Typed(
        "/run sma_crossover BTC/USDT ETH/USDT 1h 10",
        "❌ I do not understand “ETH/USDT” in this.\n"
        "Type it like this: /run sma_crossover BTC/USDT 1h 10",
    ),
    Typed(
        "/run sma_crossover BTC/USDT 1h 10 please",
        "❌ I do not understand “please” in this.\n"
        "Type it like this: /run sma_crossover BTC/USDT 1h 10",
    ),
    Typed(
        "/run fast=10",
        "❌ I cannot tell whose setting “fast” is, without a strategy.\n"
        "Name the strategy too: sma_crossover BTC/USDT 1h 10 fast=10",
    ),
    Typed(
        "/run =",
        "❌ I cannot tell whose setting “” is, without a strategy.\n"
        "Name the strategy too: sma_crossover BTC/USDT 1h 10 fast=10",
    ),
    Typed(
        "/runs #7",
        "❌ You have no run #7.\n/runs lists them.",
    ),
    Typed(
        "/runs seven",
        "❌ I need the number of one run.\nType it like this: /runs, or /runs #2 for one of them",
    ),
    Typed(
        "/runs 1 2",
        "❌ I need the number of one run.\nType it like this: /runs, or /runs #2 for one of them",
    ),
    Typed(
        "/why",
        "❌ There is no trade yet to ask about.\n/testbuy 2 makes a first one.",
    ),
    Typed(
        "/why 5",
        "❌ There is no order “5” of yours.\n/trades lists them; /why alone is the last one.",
    ),
    Typed(
        "/why #7",
        "❌ You have no run #7.\n/runs lists them.",
    ),
    Typed(
        "/why #7.1",
        "❌ You have no run #7.\n/runs lists them.",
    ),
    Typed(
        "/why <b>",
        "❌ There is no order “<b>” of yours.\n/trades lists them; /why alone is the last one.",
    ),
    Typed(
        "/why 1 2",
        "❌ I need one order or one run.\n"
        "Type it like this: /why, /why #2 for a run, /why 5 for an order",
    ),
    Typed(
        "/whynot DOGE",
        "❌ I do not trade “DOGE”.\nAllowed are BTC/USDT, ETH/USDT.",
    ),
    Typed(
        "/whynot #7",
        "❌ You have no run #7.\n/runs lists them.",
    ),
    Typed(
        "/whynot btc eth",
        "❌ I need one market or one run.\nType it like this: /whynot BTC/USDT, or /whynot #2",
    ),
    Typed(
        "/backtest",
        "❌ The strategy is missing.\nType it like this: /backtest sma_crossover BTC/USDT 1h 90d",
    ),
    Typed(
        "/backtest sma_crossover",
        "❌ The symbol is missing.\nType it like this: /backtest sma_crossover BTC/USDT 1h 90d",
    ),
    Typed(
        "/backtest sma_crossover BTC/USDT",
        "❌ The timeframe is missing.\nType it like this: /backtest sma_crossover BTC/USDT 1h 90d",
    ),
    Typed(
        "/backtest magic BTC/USDT 1h",
        "❌ There is no strategy “magic”.\n"
        "Did you mean macd? There are sma_crossover, rsi, macd, bollinger, breakout, dca.",
    ),
    Typed(
        "/backtest sma_crossover DOGE/USDT 1h",
        "❌ I do not trade “DOGE/USDT”.\nAllowed are BTC/USDT, ETH/USDT.",
    ),
    Typed(
        "/backtest sma_crossover BTC/USDT 90d",
        "❌ The timeframe is missing.\nType it like this: /backtest sma_crossover BTC/USDT 1h 90d",
    ),
    Typed(
        "/backtest sma_crossover BTC/USDT 2h 90d",
        "❌ There are no candles of “2h”.\nDid you mean 1h? There are 1m, 5m, 15m, 1h, 4h, 1d.",
    ),
    Typed(
        "/backtest sma_crossover BTC/USDT 1m 35d",
        "❌ 35 days of 1m candles are more than I test at once.\n"
        "At most 34d with 1m; longer candles go further back.",
    ),
    Typed(
        "/backtest sma_crossover BTC/USDT 1h 1d 1d",
        "❌ There is 1h and 1d already, and then “1d”.\nLeave one of them out.",
    ),
    Typed(
        "/backtest sma_crossover BTC/USDT 1d 5d",
        "❌ 5 candles of 1d say nothing.\nAsk for 24d at least, or for shorter candles.",
    ),
    Typed(
        "/backtest sma_crossover BTC/USDT 1h fsat=1",
        "❌ sma_crossover has no setting “fsat”.\n"
        "Did you mean fast? There are fast, slow, stop, take, trail, limit, cooldown, losses, drawdown.",
    ),
    Typed(
        "/backtest sma_crossover BTC/USDT 1h stop=5",
        "❌ “stop=5” is not a percentage with its sign.\nType it like this: stop=5%",
    ),
    Typed(
        "/optimize",
        "❌ The strategy is missing.\nType it like this: /optimize sma_crossover BTC/USDT 1h 365d",
    ),
    Typed(
        "/optimize sma_crossover BTC/USDT 1m 14d",
        "❌ 14 days of 1m candles are more than I test at once.\n"
        "At most 13d with 1m; longer candles go further back.",
    ),
    Typed(
        "/optimize sma_crossover BTC/USDT 1h 2d",
        "❌ 48 candles are too few to search on; it takes 100.\n"
        "Ask for more days, or a shorter timeframe.",
    ),
    Typed(
        "/optimize dca BTC/USDT 1h days=1 hour=2",
        "❌ There is nothing to search: dca has no parameter that is not set.\n"
        "Leave out those that may change.",
    ),
)
