"""Bad requests for a way out of a stop: what is sent, and the whole answer.

A table, read by test_bad_requests.py.
"""

from tests.stories.bad_requests import USER, Sent

FLATTEN = "POST /api/flatten"


def way(**other: object) -> dict[str, object]:
    """A good request, but that nobody is stopped here, and for what is given."""
    good = {"userId": USER, "mode": "PAPER", "epoch": 1, "clientOrderIds": ["pg-aaaaaaaa"]}
    return {**good, **other}


WAYS = (
    Sent(
        FLATTEN,
        "409 not_stopped\nThis account is not stopped.\nIts sells pass as they are.",
        way(),
    ),
    Sent(
        FLATTEN,
        "409 stale_epoch\nA newer stop came after you were asked.\n/flatten again.",
        way(epoch=0),
    ),
    Sent(
        FLATTEN,
        "404 unknown_account\nThere is no such account.\nPOST /api/account makes it.",
        way(userId="nobody"),
    ),
    Sent(
        FLATTEN,
        "422 invalid_request\nMissing or not valid: mode.\nIt is PAPER or LIVE.",
        way(mode="HALTED"),
    ),
    Sent(
        FLATTEN,
        "422 invalid_request\n"
        "Missing or not valid: clientOrderIds.\n"
        "It is a list of ids. It is 8 to 36 letters, digits, - or _.",
        way(clientOrderIds=[]),
    ),
    Sent(
        FLATTEN,
        "422 invalid_request\n"
        "Missing or not valid: clientOrderIds.\n"
        "It is a list of ids. It is 8 to 36 letters, digits, - or _.",
        way(clientOrderIds=["short"]),
    ),
    Sent(
        FLATTEN,
        "422 invalid_request\n"
        "Missing or not valid: epoch.\n"
        "It is the epoch of the account, a whole number.",
        way(epoch="now"),
    ),
    Sent(
        "GET /api/sellable/nobody",
        "404 unknown_account\nThere is no such account.\nPOST /api/account makes it.",
    ),
)
