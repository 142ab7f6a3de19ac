"""Bad input in the chat where real money is at stake: what is typed, and the whole answer.

A table, read by test_bad_input.py.
"""

# ruff: noqa: RUF001

from tests.stories.bad_input import Typed

LIVE = (
    Typed("/testbuy", "❌ Something is missing after /testbuy.\nType it like this: /testbuy 2"),
    Typed("/buy", "❌ Something is missing after /buy.\nType it like this: /buy 10 BTC/USDT"),
    Typed(
        "/sell",
        "❌ Something is missing after /sell.\n"
        "Type it like this: /sell 10 BTC/USDT, or /sell all BTC/USDT",
    ),
    Typed(
        "/buy ２",
        "❌ “２”: An amount is written with the digits 0 to 9 only.\n"
        "Type it like this: /buy 10 BTC/USDT",
    ),
    Typed(
        "/buy 2e3",
        "❌ “2e3”: Write the number out, like 2000.\nType it like this: /buy 10 BTC/USDT",
    ),
    Typed(
        "/buy 1_000",
        "❌ “1_000”: Write nothing between the thousands.\nType it like this: /buy 10 BTC/USDT",
    ),
    Typed(
        "/buy nan",
        "❌ “nan”: That is not a number that can be spent.\nType it like this: /buy 10 BTC/USDT",
    ),
    Typed(
        "/buy inf",
        "❌ “inf”: That is not a number that can be spent.\nType it like this: /buy 10 BTC/USDT",
    ),
    Typed("/buy -5", "❌ “-5”: An amount cannot be negative.\nType it like this: /buy 10 BTC/USDT"),
    Typed(
        "/buy 0", "❌ “0”: The amount must be more than zero.\nType it like this: /buy 10 BTC/USDT"
    ),
    Typed(
        "/buy 0.001",
        "❌ $0.001 is too little: $2.00 is the least.\nType 2 or more. Nothing was sent.",
    ),
    Typed(
        "/buy 1.999",
        "❌ $1.999 is too little: $2.00 is the least.\nType 2 or more. Nothing was sent.",
    ),
    Typed(
        "/buy 2,5",
        "❌ “2,5”: Use a point for the cents, and nothing between the thousands.\n"
        "Type it like this: /buy 10 BTC/USDT",
    ),
    Typed(
        "/buy 1,000.00",
        "❌ “1,000.00”: Use a point for the cents, and nothing between the thousands.\n"
        "Type it like this: /buy 10 BTC/USDT",
    ),
    Typed(
        "/buy 1.123456789",
        "❌ “1.123456789”: At most 8 digits may follow the point.\n"
        "Type it like this: /buy 10 BTC/USDT",
    ),
    Typed(
        "/buy 9999999999",
        "❌ “9999999999”: That is larger than any amount taken here.\n"
        "Type it like this: /buy 10 BTC/USDT",
    ),
    Typed("/buy $", "❌ “$”: No amount was given.\nType it like this: /buy 10 BTC/USDT"),
    Typed(
        "/buy 🐷",
        "❌ “🐷”: An amount is written with the digits 0 to 9 only.\n"
        "Type it like this: /buy 10 BTC/USDT",
    ),
    Typed(
        "/buy \u202e5",
        "❌ “5”: There is an invisible character in it. Type it by hand instead of pasting it.\n"
        "Type it like this: /buy 10 BTC/USDT",
    ),
    Typed(
        "/buy 5\u200b",
        "❌ “5”: There is an invisible character in it. Type it by hand instead of pasting it.\n"
        "Type it like this: /buy 10 BTC/USDT",
    ),
    Typed(
        "/buy <b>5</b>",
        "❌ “<b>5</b>”: That is not an amount.\nType it like this: /buy 10 BTC/USDT",
    ),
    Typed("/buy five", "❌ “five”: That is not an amount.\nType it like this: /buy 10 BTC/USDT"),
    Typed(
        "/buy 5.",
        "❌ “5.”: A digit is missing after the point.\nType it like this: /buy 10 BTC/USDT",
    ),
    Typed(
        "/buy .5",
        "❌ “.5”: A digit is missing before the point.\nType it like this: /buy 10 BTC/USDT",
    ),
    Typed("/buy +5", "❌ “+5”: That is not an amount.\nType it like this: /buy 10 BTC/USDT"),
    Typed("/buy 5EUR", "❌ “5EUR”: That is not an amount.\nType it like this: /buy 10 BTC/USDT"),
    Typed("/buy 0x10", "❌ “0x10”: That is not an amount.\nType it like this: /buy 10 BTC/USDT"),
    Typed("/buy 1/2", "❌ “1/2”: That is not an amount.\nType it like this: /buy 10 BTC/USDT"),
    Typed(
        "/buy xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "❌ “xxxxxxxxxxxxxxxxxxxxxxxx…”: That is not an amount.\n"
        "Type it like this: /buy 10 BTC/USDT",
    ),
    Typed(
        "/buy " + "9" * 4000,
        "That looked like a key or a secret, which I was not asking for. I kept nothing "
        "of it. /setkeys saves a key. I deleted your message from this chat.",
    ),
    Typed(
        "/testbuy 1",
        "❌ $1.00 is too little: $2.00 is the least.\nType 2 or more. Nothing was sent.",
    ),
    Typed("/testbuy abc", "❌ “abc”: That is not an amount.\nType it like this: /testbuy 2"),
    Typed(
        "/sell 0",
        "❌ “0”: The amount must be more than zero.\n"
        "Type it like this: /sell 10 BTC/USDT, or /sell all BTC/USDT",
    ),
    Typed(
        "/sell BTC",
        "❌ “BTC”: That is not an amount.\n"
        "Type it like this: /sell 10 BTC/USDT, or /sell all BTC/USDT",
    ),
    Typed(
        "/sell all",
        "❌ There is nothing to sell: the bot holds nothing.\n"
        "It only sells what it has bought itself, never your other coins. /status shows "
        "what it holds.",
    ),
    Typed(
        "/sell all ETH",
        "❌ There is nothing to sell: the bot holds no ETH.\n"
        "It only sells what it has bought itself, never your other coins. /status shows "
        "what it holds.",
    ),
    Typed("/sell all DOGE", "❌ I do not trade “DOGE”.\nAllowed are BTC/USDT, ETH/USDT."),
    Typed(
        "/sell all BTC now",
        "❌ I do not understand “now” at the end. Nothing was sent.\n"
        "Type it like this: /sell 10 BTC/USDT, or /sell all BTC/USDT",
    ),
    Typed(
        "/buy BTC/USDT 5",
        "❌ “BTC/USDT”: That is not an amount.\nType it like this: /buy 10 BTC/USDT",
    ),
    Typed(
        "/buy 5 USD BTC",
        "❌ I do not understand “BTC” at the end. Nothing was sent.\n"
        "Type it like this: /buy 10 BTC/USDT",
    ),
    Typed("/buy 5 DOGE/USDT", "❌ I do not trade “DOGE/USDT”.\nAllowed are BTC/USDT, ETH/USDT."),
    Typed(
        '/buy 5 "BTC/USDT; DROP"',
        '❌ I do not understand “DROP"” at the end. Nothing was sent.\n'
        "Type it like this: /buy 10 BTC/USDT",
    ),
    Typed(
        '/buy 5 "BTC/USDT;DROP"',
        '❌ I do not trade “"BTC/USDT;DROP"”.\n'
        "Did you mean BTC/USDT? Allowed are BTC/USDT, ETH/USDT.",
    ),
    Typed("/buy 5 <b>x", "❌ I do not trade “<b>x”.\nAllowed are BTC/USDT, ETH/USDT."),
    Typed(
        "/buy 5 BTC/EUR",
        "❌ I do not trade “BTC/EUR”.\nDid you mean BTC/USDT? Allowed are BTC/USDT, ETH/USDT.",
    ),
    Typed(
        "/buy 5 XBT",
        "❌ I do not trade “XBT”.\nDid you mean BTC/USDT? Allowed are BTC/USDT, ETH/USDT.",
    ),
    Typed("/buy 5 💰", "❌ I do not trade “💰”.\nAllowed are BTC/USDT, ETH/USDT."),
    Typed(
        "/buy 5 \u202eBTC",
        "❌ I do not trade “BTC”.\nDid you mean BTC/USDT? Allowed are BTC/USDT, ETH/USDT.",
    ),
    Typed("/buy 5 USDT", "❌ I do not trade “USDT”.\nAllowed are BTC/USDT, ETH/USDT."),
    Typed(
        "/buy 5 BTC/USDT/ETH",
        "❌ I do not trade “BTC/USDT/ETH”.\nDid you mean BTC/USDT? Allowed are BTC/USDT, ETH/USDT.",
    ),
    Typed(
        "/buy 5 BTC!",
        "❌ I do not trade “BTC!”.\nDid you mean BTC/USDT? Allowed are BTC/USDT, ETH/USDT.",
    ),
    Typed(
        "/validate binance", "❌ No key for binance is saved. /setkeys saves one, then /validate."
    ),
    Typed(
        "/forget binance",
        "❌ No key for “binance” is saved, so there is nothing to remove.\n"
        "/status shows your keys.",
    ),
)
"""A validated key, live trading on, nothing bought yet."""
