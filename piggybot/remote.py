"""The sandbox's other sides, from another process: the exchange's books and faults, phones.

Alone, because what the demo says of an order is asked here, of the exchange, and nowhere else; and
because a sandbox that does not answer becomes one sentence here.

May import: page, sandbox, script, stage.
"""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import quote

import httpx

from piggybot.page.border import Who
from piggybot.sandbox.person import RemotePerson
from piggybot.sandbox.telegram_shown import Event
from piggybot.script import Books
from piggybot.stage import StageError

ORDER_PATH = "/api/v3/order"
OPEN = ("NEW", "PARTIALLY_FILLED")
SECONDS = 10.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DemoKey:
    """A key of the sandbox exchange."""

    key: str
    secret: str = field(repr=False)


class RemoteExchange:
    """Talks to the control port, which no fault can close."""

    def __init__(self, url: str) -> None:
        self._http = httpx.AsyncClient(base_url=url, timeout=SECONDS, trust_env=False)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def first_key(self) -> DemoKey:
        """The key that the sandbox has made at its start."""
        made = (await self._ask("GET", "/sandbox/keys"))[0]
        return DemoKey(made["apiKey"], made["secret"])

    async def add_key(self, key: DemoKey) -> None:
        """Let the exchange know a key of an earlier demo, with a fresh account."""
        await self._ask("POST", "/sandbox/keys", {"apiKey": key.key, "secret": key.secret})

    async def misbehave(self, fault: str) -> None:
        """Meet requests with this fault until `ok`; StageError names the faults there are."""
        await self._ask("POST", "/sandbox/fault", {"name": fault})

    async def books(self, key: DemoKey) -> Books:
        """What the exchange's own books hold of that key's account."""
        plain = await self._ask("GET", "/sandbox/books")
        orders = [one for one in plain["orders"] if one["apiKey"] == key.key]
        asked = [(one["method"], one["path"]) for one in plain["requests"]]
        return Books(
            orders=len(orders),
            open_orders=sum(one["status"] in OPEN for one in orders),
            trades=sum(one["apiKey"] == key.key for one in plain["trades"]),
            posts=asked.count(("POST", ORDER_PATH)),
            balances={
                asset: Decimal(held["free"]) + Decimal(held["locked"])
                for asset, held in plain["balances"][key.key].items()
            },
        )

    async def glance(self, key: DemoKey) -> dict[str, Any]:
        """What fits on a panel: that account's balances and newest orders, and what misbehaves."""
        plain: dict[str, Any] = await self._ask("GET", "/sandbox/glance")
        return plain | {"balances": plain["balances"][key.key]}

    async def _ask(self, method: str, path: str, body: object = None) -> Any:
        answer = await _answered(self._http.request(method, path, json=body))
        if answer.status_code != httpx.codes.OK:
            raise StageError(f"The sandbox refuses: {answer.json().get('error', answer.text)}.")
        return answer.json()


class RemoteTelegram:
    """Everybody's Telegram in the sandbox, as JSON, without the bytes of files: for the page."""

    def __init__(self, url: str) -> None:
        self._http = httpx.AsyncClient(base_url=url, timeout=SECONDS, trust_env=False, verify=False)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def chat(self, who: Who) -> dict[str, Any]:
        """{seq, messages}: the chat as it is now."""
        about = {"name": who.name, "bare": 1}
        return _json(await self._get(f"/sandbox/chat/{who.id}/messages", about))

    async def events(self, who: Who, since: int, wait: float) -> dict[str, Any]:
        """{seq, events} after `since`; waits up to `wait` seconds for the first."""
        about = {"since": since, "wait": wait, "bare": 1}
        return _json(await self._get(f"/sandbox/chat/{who.id}", about, wait + SECONDS))

    async def state(self) -> dict[str, Any]:
        """{down, bot, commands}"""
        return _json(await self._get("/sandbox/telegram", {}))

    async def file(self, name: str) -> bytes:
        """The bytes of a file."""
        answer = await self._get(f"/sandbox/file/{quote(name, safe='')}", {})
        if answer.status_code != httpx.codes.OK:
            raise StageError("There is no such file.")
        return answer.content

    async def act(self, who: Who, what: str, body: dict[str, Any]) -> dict[str, Any]:
        """Say, edit or press."""
        whole = {"id": who.id, "name": who.name, **body}
        return _json(await _answered(self._http.post(f"/sandbox/{what}", json=whole)))

    async def _get(
        self, path: str, about: dict[str, Any], seconds: float = SECONDS
    ) -> httpx.Response:
        return await _answered(self._http.get(path, params=about, timeout=seconds))


class RemotePhone:
    """One person's Telegram in the sandbox."""

    def __init__(self, url: str, person_id: int, name: str) -> None:
        self._person = RemotePerson(url, person_id, name)

    async def aclose(self) -> None:
        await self._person.aclose()

    async def say(self, text: str) -> int:
        """Send a message; return its id."""
        return await _answered(self._person.say(text))

    async def press(self, label: str) -> None:
        """Press the newest visible button so called; NoButton where there is none."""
        await _answered(self._person.press(label))

    async def events(self, since: int, wait: float = 0.0) -> tuple[int, list[Event]]:
        """The next mark, and what has happened after `since`."""
        return await _answered(self._person.events(since, wait))

    async def take_down(self) -> None:
        """Telegram answers the bot no more; the person goes on typing."""
        await _answered(self._person.switch(down=True))

    async def bring_up(self) -> None:
        await _answered(self._person.switch(down=False))


async def _answered(asking: Awaitable[T]) -> T:
    try:
        return await asking
    except httpx.HTTPError as problem:
        raise StageError(f"The sandbox does not answer ({type(problem).__name__}).") from None


def _json(answer: httpx.Response) -> dict[str, Any]:
    """The sandbox's answer, or its refusal as a sentence."""
    plain: dict[str, Any] = answer.json()
    if answer.status_code != httpx.codes.OK:
        raise StageError(f"The sandbox refuses: {plain['error']}.")
    return plain
