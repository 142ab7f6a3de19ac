"""What the proxy raises on purpose.

    ProxyError                  code, message, hint: becomes an ErrorOut
    ├── Denied            409   our own refusal of an order or a change
    │   └── OrderRefused        the same, of a journaled order: names it and its state
    ├── GateClosed        409   the stop gate held an order back, at the last moment
    ├── KeyRefused        401   the venue refused the key (its reason is the code)
    ├── NoKey             409   no validated key for this venue
    ├── UnknownSymbol     409   the venue does not list it
    ├── BadCandles        409   candles that are missing, late or lying: of no use
    ├── NotFound          404   not there, or not yours: the same answer
    └── VenueUnavailable  503   the venue gives no usable answer now

May import: nothing of ours.
"""


class ProxyError(Exception):
    """The base: a stable code, a sentence with the numbers, and what would change it."""

    status = 500

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.hint = hint


class Denied(ProxyError):
    status = 409


class OrderRefused(Denied):
    """An order that ended without an execution. `order_status` is a Status of wire.py."""

    def __init__(self, problem: tuple[str, str, str], client_id: str, order_status: str) -> None:
        super().__init__(*problem)
        self.client_id = client_id
        self.order_status = order_status


class GateClosed(ProxyError):
    status = 409


class KeyRefused(ProxyError):
    status = 401


class NoKey(ProxyError):
    status = 409


class UnknownSymbol(ProxyError):
    status = 409


class BadCandles(ProxyError):
    """`whole_since`: from that moment on (ms) they are whole, where they are at all."""

    status = 409

    def __init__(self, code: str, message: str, hint: str, whole_since: int | None = None) -> None:
        super().__init__(code, message, hint)
        self.whole_since = whole_since


class NotFound(ProxyError):
    status = 404


class VenueUnavailable(ProxyError):
    status = 503
