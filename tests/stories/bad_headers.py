"""Good orders under bad headers at the proxy's door: what is sent, and the whole answer.

A table, read by test_bad_requests.py.
"""

from tests.stories.bad_requests import TRADE, Sent, trade

HEADERS = (
    Sent(
        TRADE,
        "422 invalid_request\n"
        "Missing or not valid: Idempotency-Key.\n"
        "It is 8 to 36 letters, digits, - or _. Make a new one for each order.",
        trade(),
        (("Idempotency-Key", "short"),),
    ),
    Sent(
        TRADE,
        "422 invalid_request\n"
        "Missing or not valid: Idempotency-Key.\n"
        "It is 8 to 36 letters, digits, - or _. Make a new one for each order.",
        trade(),
        (("Idempotency-Key", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),),
    ),
    Sent(
        TRADE,
        "422 invalid_request\n"
        "Missing or not valid: Idempotency-Key.\n"
        "It is 8 to 36 letters, digits, - or _. Make a new one for each order.",
        trade(),
        (("Idempotency-Key", "with space in it"),),
    ),
    Sent(
        TRADE,
        "422 invalid_request\n"
        "Missing or not valid: Idempotency-Key.\n"
        "It is 8 to 36 letters, digits, - or _. Make a new one for each order.",
        trade(),
        (("Idempotency-Key", "semi;colon;id"),),
    ),
    Sent(
        TRADE,
        "409 id_reused\nThis order id was used for another order.\nMake a new id for each order.",
        trade(amountUsd="6"),
        (("Idempotency-Key", "used-before-1"),),
    ),
    Sent(
        TRADE,
        "409 id_reused\nThis order id was used for another order.\nMake a new id for each order.",
        trade(side="SELL"),
        (("Idempotency-Key", "used-before-1"),),
    ),
    Sent(
        TRADE,
        "409 id_reused\nThis order id was used for another order.\nMake a new id for each order.",
        trade(userId="user-2"),
        (("Idempotency-Key", "used-before-1"),),
    ),
    Sent(
        TRADE,
        "401 invalid_token\n"
        "The proxy's own token is missing or wrong; no exchange was asked.\n"
        "Send it as `Authorization: Bearer …`, or as the password of HTTP Basic. It "
        "stands in the file proxy.token of the data folder.",
        trade(),
        (("Authorization", ""),),
    ),
    Sent(
        TRADE,
        "401 invalid_token\n"
        "The proxy's own token is missing or wrong; no exchange was asked.\n"
        "Send it as `Authorization: Bearer …`, or as the password of HTTP Basic. It "
        "stands in the file proxy.token of the data folder.",
        trade(),
        (("Authorization", "Bearer wrong"),),
    ),
    Sent(
        TRADE,
        "401 invalid_token\n"
        "The proxy's own token is missing or wrong; no exchange was asked.\n"
        "Send it as `Authorization: Bearer …`, or as the password of HTTP Basic. It "
        "stands in the file proxy.token of the data folder.",
        trade(),
        (("Authorization", "Basic !!!"),),
    ),
    Sent(
        TRADE,
        "415 not_json\nThe body is not JSON.\nSend it with Content-Type: application/json.",
        trade(),
        (("Content-Type", "text/plain"),),
    ),
    Sent(
        TRADE,
        "403 origin_refused\nWeb pages may not call the proxy.\nCall it without an Origin header.",
        trade(),
        (("Origin", "http://evil.example"),),
    ),
    Sent(
        TRADE,
        "400 unknown_host\n"
        "The proxy is not called by that host name.\n"
        "PROXY_HOSTS in the proxy's settings lists the names that it takes.",
        trade(),
        (("Host", "evil.example"),),
    ),
)
