"""Bad orders at the proxy's door: what is sent, and the whole answer.

A table, read by test_bad_requests.py.
"""

# ruff: noqa: RUF001

from tests.stories.bad_requests import each, selling, trade

ORDERS = (
    *each(
        "422 invalid_request\n"
        "Missing or not valid: the body (it is not a JSON object).\n"
        "The README lists what each endpoint takes.",
        b"{not json",
        b"",
        b"[]",
        b"null",
        b"\xff\xfe",
    ),
    *each(
        "422 invalid_request\n"
        "Missing or not valid: exchange, side, symbol, userId.\n"
        "The README lists what each endpoint takes.",
        {},
    ),
    *each(
        "422 invalid_request\n"
        "Missing or not valid: a field that does not exist.\n"
        "The README lists what each endpoint takes.",
        trade(extra=1),
        trade(**{"<b>": 1}),
    ),
    *each(
        "422 invalid_request\nMissing or not valid: side.\nIt is BUY or SELL.",
        trade(side="HOLD"),
        trade(side=1),
    ),
    *each(
        "409 bad_amount\n"
        "Give exactly one of amountUsd and units.\n"
        "amountUsd is in dollars; units is in coins, for sells only.",
        trade(units="1"),
        trade(amountUsd=None),
    ),
    *each(
        "409 bad_amount DENIED pg-ID\nA buy is asked for in USD.\nGive amountUsd, not units.",
        trade(amountUsd=None, units="0.1"),
    ),
    *each(
        '422 invalid_request\nMissing or not valid: amountUsd.\nWrite it like "2.50".',
        trade(amountUsd="nan"),
        trade(amountUsd="Infinity"),
        trade(amountUsd="1e999"),
        trade(amountUsd="abc"),
        trade(amountUsd=""),
        trade(amountUsd=True),
        trade(amountUsd=[5]),
        trade(amountUsd="2,5"),
        trade(amountUsd="1_0"),
        trade(amountUsd="２"),
        trade(amountUsd="9" * 400),
        trade(amountUsd=10**40),
        trade(amountUsd=" 5 "),
    ),
    *each(
        '409 bad_amount\nThe amount must be more than zero.\nWrite it like "2.50".',
        trade(amountUsd="-5"),
        trade(amountUsd="0"),
        selling("0"),
        selling("-1"),
    ),
    *each(
        "409 below_minimum DENIED pg-ID\n"
        "$0.000000000000000000000000000001 is below the least, $2.00.\n"
        "Ask for $2.00 or more.",
        trade(amountUsd="1e-30"),
    ),
    *each(
        "409 below_minimum DENIED pg-ID\n$0.10 is below the least, $2.00.\nAsk for $2.00 or more.",
        trade(amountUsd=0.1),
    ),
    *each(
        "409 below_minimum DENIED pg-ID\n$1.999 is below the least, $2.00.\nAsk for $2.00 or more.",
        trade(amountUsd="1.999"),
    ),
    *each(
        "409 above_trade_limit DENIED pg-ID\n"
        "$50.01 is above the limit of $50.00 a trade.\n"
        "Ask for $50.00 or less.",
        trade(amountUsd="50.01"),
    ),
    *each(
        "409 above_trade_limit DENIED pg-ID\n"
        "$50.001 is above the limit of $50.00 a trade.\n"
        "Ask for $50.00 or less.",
        trade(amountUsd=50.001),
    ),
    *each(
        '422 invalid_request\nMissing or not valid: units.\nWrite it like "2.50".',
        selling("1e15"),
        selling("nan"),
    ),
    *each(
        "409 nothing_held DENIED pg-ID\n"
        "The bot holds N BTC, less than 1.\n"
        "/sell all BTC/USDT sells all of it.",
        selling("1"),
    ),
    *each(
        "409 nothing_held DENIED pg-ID\n"
        "The bot holds N BTC, less than 1000000000.\n"
        "/sell all BTC/USDT sells all of it.",
        selling("1e9"),
    ),
    *each(
        "409 unknown_account DENIED pg-ID\nThere is no such account.\nPOST /api/account makes it.",
        trade(userId="nobody"),
    ),
    *each(
        "422 invalid_request\n"
        "Missing or not valid: userId.\n"
        "It is 1 to 64 letters, digits, - or _.",
        trade(userId=""),
        trade(userId="../x"),
        trade(userId="a" * 65),
        trade(userId="ü"),
        trade(userId=5),
    ),
    *each(
        "409 unsupported_exchange DENIED pg-ID\n"
        "Kraken is not supported yet.\n"
        "Choose binanceus or binance.",
        trade(exchange="kraken"),
    ),
    *each(
        "409 unsupported_exchange DENIED pg-ID\n"
        "Coinbase Pro no longer exists; its heir is coinbase, which is not supported yet.\n"
        "Choose binanceus or binance.",
        trade(exchange="coinbasepro"),
    ),
    *each(
        "409 unsupported_exchange DENIED pg-ID\n"
        "Coinbase is not supported yet.\n"
        "Choose binanceus or binance.",
        trade(exchange="coinbase"),
    ),
    *each(
        "409 unsupported_exchange DENIED pg-ID\n"
        "There is no exchange of that name here.\n"
        "Choose binanceus or binance.",
        trade(exchange="nonsense"),
        trade(exchange=""),
        trade(exchange="x" * 5000),
    ),
    *each(
        "422 invalid_request\nMissing or not valid: exchange.\nIt is a name like binanceus.",
        trade(exchange=5),
    ),
    *each(
        "409 unknown_symbol DENIED pg-ID\n"
        "binanceus has no spot market of that name.\n"
        "Write it like BTC/USDT.",
        trade(symbol="DOGE/USDT"),
        trade(symbol="BTC/USDT; DROP"),
        trade(symbol="<b>x"),
        trade(symbol=""),
    ),
    *each(
        "422 invalid_request\nMissing or not valid: symbol.\nIt is a text like BTC/USDT.",
        trade(symbol=5),
    ),
    *each(
        "422 invalid_request\nMissing or not valid: mode.\nIt is PAPER or LIVE.",
        trade(mode="live"),
        trade(mode="REAL"),
    ),
    *each(
        "409 mode_mismatch DENIED pg-ID\n"
        "The order is for LIVE, the account is in PAPER.\n"
        "/status shows the mode; then ask anew.",
        trade(mode="LIVE"),
    ),
    *each(
        "422 invalid_request\n"
        "Missing or not valid: epoch.\n"
        "It is the epoch of the account, a whole number.",
        trade(epoch="x"),
        trade(epoch=-1),
        trade(epoch=10**30),
    ),
    *each(
        "409 stale_epoch DENIED pg-ID\n"
        "This order was decided on an account that is not as it says.\n"
        "/status shows how it is; then ask for it anew.",
        trade(epoch=99),
    ),
    *each(
        "409 too_late DENIED pg-ID\nThe order came N s after its time.\nAsk for it anew.",
        trade(notAfter=0),
    ),
    *each(
        "422 invalid_request\n"
        "Missing or not valid: notAfter.\n"
        "It is a moment, in milliseconds since 1970.",
        trade(notAfter=-1),
        trade(notAfter=10**30),
        trade(notAfter="soon"),
    ),
    *each(
        '422 invalid_request\nMissing or not valid: quotedPrice.\nWrite it like "2.50".',
        trade(quotedPrice="0"),
        trade(quotedPrice="-1"),
        trade(quotedPrice="nan"),
    ),
    *each(
        "409 price_moved DENIED pg-ID\n"
        "The price is $PRICE, over 1% from the $1.00 that was confirmed.\n"
        "Ask anew for a new price.",
        trade(quotedPrice="1"),
    ),
    *each(
        "409 symbols_differ\n"
        "symbol and symbolCcxt name two different markets.\n"
        "Give the same market in both, or symbol alone.",
        trade(symbolCcxt="ETH/USDT"),
    ),
    *each(
        "413 too_large\nThe body is larger than 16 KiB.\nSend less.",
        b" " * 20000,
    ),
)
