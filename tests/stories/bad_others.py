"""Bad requests at the proxy's door, but for orders: what is sent, and the whole answer.

A table, read by test_bad_requests.py.
"""

from tests.stories.bad_requests import USER, Sent

OTHERS = (
    Sent(
        "GET /api/trade",
        "405 method_not_allowed\n"
        "This endpoint takes another method.\n"
        "The README lists what each endpoint takes.",
    ),
    Sent(
        "GET /api/nothing",
        "404 not_found\nThere is no such endpoint.\nThe README lists all endpoints.",
    ),
    Sent("GET /docs", "404 not_found\nThere is no such endpoint.\nThe README lists all endpoints."),
    Sent(
        "GET /api/account/nobody",
        "404 unknown_account\nThere is no such account.\nPOST /api/account makes it.",
    ),
    Sent(
        "GET /api/account/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "422 invalid_request\n"
        "Missing or not valid: userId.\n"
        "It is 1 to 64 letters, digits, - or _.",
    ),
    Sent(
        "GET /api/balance/nobody",
        "404 unknown_account\nThere is no such account.\nPOST /api/account makes it.",
    ),
    Sent(
        "GET /api/balance/user-1?mode=REAL",
        "422 invalid_request\nMissing or not valid: mode.\nIt is PAPER or LIVE.",
    ),
    Sent(
        "GET /api/balance/user-1?exchange=kraken",
        "409 unsupported_exchange\nKraken is not supported yet.\nChoose binanceus or binance.",
    ),
    Sent(
        "GET /api/balance/user-1?mode=LIVE",
        "409 no_key\nThere is no key for binanceus.\n/setkeys stores one.",
    ),
    Sent(
        "GET /api/orders/short?userId=user-1",
        "422 invalid_request\n"
        "Missing or not valid: clientOrderId.\n"
        "It is 8 to 36 letters, digits, - or _.",
    ),
    Sent(
        "GET /api/orders/never-seen-1?userId=user-1",
        "404 unknown_order\nThere is no such order.\nCheck its id and the userId.",
    ),
    Sent(
        "GET /api/orders/never-seen-1",
        "422 invalid_request\n"
        "Missing or not valid: userId.\n"
        "It is 1 to 64 letters, digits, - or _.",
    ),
    Sent(
        "GET /api/orders/used-before-1?userId=user-2",
        "404 unknown_order\nThere is no such order.\nCheck its id and the userId.",
    ),
    Sent(
        "GET /api/price",
        "422 invalid_request\n"
        "Missing or not valid: exchange, symbol.\n"
        "The README lists what each endpoint takes.",
    ),
    Sent(
        "GET /api/price?exchange=nonsense&symbol=BTC/USDT",
        "409 unsupported_exchange\n"
        "There is no exchange of that name here.\n"
        "Choose binanceus or binance.",
    ),
    Sent(
        "GET /api/price?exchange=binanceus&symbol=DOGE/USDT",
        "409 unknown_symbol\nbinanceus has no spot market of that name.\nWrite it like BTC/USDT.",
    ),
    Sent(
        "GET /api/candles?exchange=binanceus&symbol=BTC/USDT&timeframe=2m",
        "409 unknown_timeframe\nThere are no 2m candles.\nChoose one of 1m, 5m, 15m, 1h, 4h, 1d.",
    ),
    Sent(
        "GET /api/candles?exchange=binanceus&symbol=BTC/USDT&limit=0",
        "422 invalid_request\nMissing or not valid: limit.\nIt is a whole number from 1 to 1000.",
    ),
    Sent(
        "GET /api/candles?exchange=binanceus&symbol=BTC/USDT&end=soon",
        "422 invalid_request\nMissing or not valid: end.\n"
        "It is a moment, in milliseconds since 1970.",
    ),
    Sent(
        "GET /api/candles?exchange=binanceus&symbol=BTC/USDT&end=4102444800000",
        "409 not_closed_yet\n"
        "Binance.US's clock has not reached 2100-01-01 00:00 UTC: the last of these BTC/USDT 1h "
        "candles is not closed yet.\nAsk for an end that has passed, or ask later.",
    ),
    Sent(
        "GET /api/candles?exchange=binanceus&symbol=BTC/USDT&end=0",
        "409 too_little_history\n"
        "Binance.US's BTC/USDT 1h candles begin later than 1970-01-01 00:00 UTC.\n"
        "Ask for a later time, or another market.",
    ),
    Sent(
        "GET /api/candles?exchange=binanceus&symbol=DOGE/USDT",
        "409 unknown_symbol\nbinanceus has no spot market of that name.\nWrite it like BTC/USDT.",
    ),
    Sent(
        "GET /api/market?exchange=binanceus&symbol=NOPE",
        "409 unknown_symbol\nbinanceus has no spot market of that name.\nWrite it like BTC/USDT.",
    ),
    Sent(
        "GET /api/stop?userId=nobody",
        "404 unknown_account\nThere is no such account.\nPOST /api/account makes it.",
    ),
    Sent(
        "POST /api/orders/used-before-1/void",
        "404 unknown_order\nThere is no such order.\nCheck its id and the userId.",
        {"userId": "user-2"},
    ),
    Sent(
        "POST /api/orders/never-seen-1/void",
        "404 unknown_account\nThere is no such account.\nPOST /api/account makes it.",
        {"userId": "nobody"},
    ),
    Sent(
        "POST /api/account",
        "409 unsupported_exchange\nKraken is not supported yet.\nChoose binanceus or binance.",
        {"userId": "user-3", "exchange": "kraken"},
    ),
    Sent(
        "POST /api/account",
        "422 invalid_request\n"
        "Missing or not valid: userId.\n"
        "It is 1 to 64 letters, digits, - or _.",
        {"userId": "bad id"},
    ),
    Sent(
        "POST /api/mode",
        "422 invalid_request\nMissing or not valid: mode.\nIt is PAPER or LIVE.",
        {"userId": USER, "mode": "REAL"},
    ),
    Sent(
        "POST /api/mode",
        "422 invalid_request\nMissing or not valid: mode.\nIt is PAPER or LIVE.",
        {"userId": USER, "mode": "HALTED"},
    ),
    Sent(
        "POST /api/mode",
        "409 no_key\nThere is no validated key for binanceus.\n/setkeys saves one, then /validate.",
        {"userId": USER, "mode": "LIVE"},
    ),
    Sent(
        "POST /api/mode",
        "404 unknown_account\nThere is no such account.\nPOST /api/account makes it.",
        {"userId": "nobody", "mode": "PAPER"},
    ),
    Sent(
        "POST /api/limits",
        "409 bad_limit\nA limit cannot be below zero.\nGive 0 or more.",
        {"userId": USER, "maxTradeUsd": "-1"},
    ),
    Sent(
        "POST /api/limits",
        '422 invalid_request\nMissing or not valid: maxTradeUsd.\nWrite it like "2.50".',
        {"userId": USER, "maxTradeUsd": "nan"},
    ),
    Sent(
        "POST /api/limits",
        "422 invalid_request\n"
        "Missing or not valid: maxTradesPerDay.\n"
        "Write a whole number, like 5.",
        {"userId": USER, "maxTradesPerDay": 1.5},
    ),
    Sent(
        "POST /api/limits",
        "422 invalid_request\n"
        "Missing or not valid: maxTradesPerDay.\n"
        "Write a whole number, like 5.",
        {"userId": USER, "maxTradesPerDay": 10**30},
    ),
    Sent(
        "POST /api/limits",
        "404 unknown_account\nThere is no such account.\nPOST /api/account makes it.",
        {"userId": "nobody", "maxTradeUsd": "5"},
    ),
    Sent(
        "POST /api/stop",
        "404 unknown_account\nThere is no such account.\nPOST /api/account makes it.",
        {"userId": "nobody"},
    ),
    Sent(
        "POST /api/stop",
        "422 invalid_request\n"
        "Missing or not valid: the body (it is not a JSON object).\n"
        "The README lists what each endpoint takes.",
        b"[]",
    ),
    Sent(
        "POST /api/credentials",
        "409 no_secret\nThe secret is missing, or given twice.\nGive either apiSecret or sealed.",
        {"userId": USER, "exchange": "binanceus", "apiKey": "k"},
    ),
    Sent(
        "POST /api/credentials",
        "409 no_secret\nThe secret is missing, or given twice.\nGive either apiSecret or sealed.",
        {"userId": USER, "exchange": "binanceus", "apiKey": "k", "apiSecret": "s", "sealed": "x"},
    ),
    Sent(
        "POST /api/credentials",
        "409 sealed_text_refused\n`sealed` is not a sealed text.\nSeal it first.",
        {"userId": USER, "exchange": "binanceus", "apiKey": "k", "sealed": "x"},
    ),
    Sent(
        "POST /api/credentials",
        "422 invalid_request\n"
        "Missing or not valid: apiKey.\n"
        "The README lists what each endpoint takes.",
        {"userId": USER, "exchange": "binanceus", "apiKey": "", "apiSecret": "s"},
    ),
    Sent(
        "POST /api/credentials",
        "409 no_secret\nThe key or the secret is empty.\nGive both.",
        {"userId": USER, "exchange": "binanceus", "apiKey": " ", "apiSecret": "s"},
    ),
    Sent(
        "POST /api/credentials",
        "401 invalid_key\n"
        "Binance.US does not know this API key.\n"
        "Copy the API key again, whole and without spaces, and check that it was made at "
        "Binance.US.",
        {"userId": USER, "exchange": "binanceus", "apiKey": "unknown", "apiSecret": "s"},
    ),
    Sent(
        "POST /api/credentials",
        "409 sealed_text_refused\n"
        "The key or secret was sealed for another trading service (deadbeef), so this "
        "one cannot open it.\n"
        "Enter the key again with /setkeys.",
        {"userId": USER, "exchange": "binanceus", "apiKey": "k", "sealed": "hpke1:deadbeef:AAAA"},
    ),
    Sent(
        "POST /api/credentials",
        "422 invalid_request\n"
        "Missing or not valid: apiKey.\n"
        "The README lists what each endpoint takes.",
        {"userId": USER, "exchange": "binanceus", "apiKey": "k" * 3000, "apiSecret": "s"},
    ),
    Sent(
        "POST /api/credentials",
        "409 unsupported_exchange\nKraken is not supported yet.\nChoose binanceus or binance.",
        {"userId": USER, "exchange": "kraken", "apiKey": "k", "apiSecret": "s"},
    ),
    Sent(
        "POST /api/credentials",
        "422 invalid_request\n"
        "Missing or not valid: the body (it is not a JSON object).\n"
        "The README lists what each endpoint takes.",
        b"{",
    ),
    Sent(
        "POST /api/forget",
        "409 unsupported_exchange\n"
        "There is no exchange of that name here.\n"
        "Choose binanceus or binance.",
        {"userId": USER, "exchange": "nonsense"},
    ),
    Sent(
        "POST /api/forget",
        "422 invalid_request\n"
        "Missing or not valid: userId.\n"
        "It is 1 to 64 letters, digits, - or _.",
        {},
    ),
)
