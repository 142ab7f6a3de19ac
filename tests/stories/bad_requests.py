"""How a bad request is sent and its refusal read, every field of it.

Alone because the table of requests stands in a file of its own.
"""

import json
from dataclasses import dataclass
from typing import Any

import httpx

from tests.stories.bad_input import steady
from tests.world import PROXY_TOKEN, World

USER = "user-1"
TOKEN = {"Authorization": f"Bearer {PROXY_TOKEN}"}
TRADE = "POST /api/trade"


@dataclass(frozen=True, slots=True)
class Sent:
    """A request, and its whole answer: status, code, state of the order; sentence; next step."""

    what: str
    answer: str
    body: object = None
    headers: tuple[tuple[str, str], ...] = ()


def trade(**other: object) -> dict[str, object]:
    """A good order, but for what is given."""
    good = {"userId": USER, "exchange": "binanceus", "side": "BUY", "symbol": "BTC/USDT"}
    return {**good, "amountUsd": "5", **other}


def selling(units: object) -> dict[str, object]:
    return {**trade(side="SELL", units=units), "amountUsd": None}


def each(answer: str, *bodies: object) -> tuple[Sent, ...]:
    """Orders that get the same answer."""
    return tuple(Sent(TRADE, answer, body) for body in bodies)


def client(world: World) -> httpx.AsyncClient:
    """A caller without a token of its own."""
    return httpx.AsyncClient(base_url=world.proxy.url, trust_env=False, verify=False)


async def answer_of(http: httpx.AsyncClient, row: Sent) -> str:
    method, path = row.what.split(" ", maxsplit=1)
    content, headers = _bytes(row.body), dict(TOKEN)
    if row.body is not None:
        headers["Content-Type"] = "application/json"
    headers |= dict(row.headers)
    shown = {name: value for name, value in headers.items() if value}
    return _read(await http.request(method, path, content=content, headers=shown))


def _bytes(body: object) -> bytes:
    if isinstance(body, bytes):
        return body
    return b"" if body is None else json.dumps(body).encode()


def _read(response: httpx.Response) -> str:
    """The refusal; a field that no refusal has fails here."""
    answer: dict[str, Any] = response.json()
    refused, order_id, status = answer, answer.get("clientOrderId", ""), answer.get("status", "")
    if "error" in answer and isinstance(answer["error"], dict):
        assert set(answer) <= {"error", "clientOrderId", "status"}, answer
        refused = answer["error"]
        assert set(refused) == {"code", "message", "hint"}
        code = refused["code"]
    else:
        assert set(answer) == {"ok", "validated", "error", "message", "hint"}, answer
        assert (answer["ok"], answer["validated"]) == (False, False)
        code = answer["error"]
    head = [str(response.status_code), str(code), str(status), str(order_id)]
    lines = [" ".join(word for word in head if word), refused["message"], refused["hint"]]
    return steady("\n".join(lines))
