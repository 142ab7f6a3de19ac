"""A person who speaks with the sandbox Telegram over HTTP, from another process.

Alone, because the terminal chat and the script player hold only an address, not the sandbox.

May import: nothing of ours.
"""

import asyncio
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Self, Unpack

import httpx

from piggybot.sandbox.telegram_people import How
from piggybot.sandbox.telegram_shown import Event, NoButton, Shown, not_seen

ANSWER_SECONDS = 10.0
POLL_SECONDS = 30.0
REFUSED = 400
NO_BUTTON = 404


class RemotePerson:
    """Says, presses and reads as `name`. Use it as an async context manager, or `aclose` it."""

    def __init__(self, base_url: str, person_id: int, name: str) -> None:
        self.id = person_id
        self.name = name
        self.mark = 0
        self._read = 0
        # Loopback speaks plain HTTP: loading certificates would only cost time.
        self._http = httpx.AsyncClient(
            base_url=base_url, timeout=ANSWER_SECONDS, trust_env=False, verify=False
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._http.aclose()

    async def say(self, text: str, **how: Unpack[How]) -> int:
        """Send a message; return its id."""
        answer = await self._post("say", {"text": text, **how})
        return int(answer["message_id"])

    async def edit(self, message_id: int, text: str) -> None:
        """Change one's own earlier message."""
        await self._post("edit", {"message_id": message_id, "text": text})

    async def press(self, label: str, *, chat: int | None = None) -> None:
        """Press the newest visible button with that label, or the only one that contains it."""
        await self._post("press", {"label": label, "chat": chat})

    async def press_again(self, label: str | None = None) -> None:
        """Press what was pressed last, or any button of the past, also one that is gone."""
        await self._post("press", {"label": label, "again": True})

    async def switch(self, **what: object) -> None:
        """Make the sandbox misbehave, or stop it: down=True, flood_next=[2, 1] …"""
        await self._post("telegram", dict(what))

    async def now(self) -> int:
        """Set the mark from which `expect` looks to this moment; return it."""
        self.mark = int((await self._get("/messages", {}))["seq"])
        return self.mark

    async def messages(self) -> list[Shown]:
        """The whole private chat as it is now."""
        answer = await self._get("/messages", {})
        return [Shown.from_json(one) for one in answer["messages"]]

    async def read(self) -> list[Shown]:
        """The bot's messages that came since the last read, as they are now."""
        fresh = [one for one in await self.messages() if one.message_id > self._read]
        self._read = max([self._read, *(one.message_id for one in fresh)])
        return [one for one in fresh if one.from_bot and not one.deleted]

    async def events(self, since: int, wait: float = 0.0) -> tuple[int, list[Event]]:
        """The next mark, and the events after `since`; waits up to `wait` seconds for one."""
        answer = await self._get("", {"since": since, "wait": wait}, wait + ANSWER_SECONDS)
        return int(answer["seq"]), [Event.from_json(one) for one in answer["events"]]

    async def stream(self, since: int = 0) -> AsyncIterator[Event]:
        """Every event of the chat from `since` on, as it happens, for ever."""
        while True:
            since, events = await self.events(since, POLL_SECONDS)
            for event in events:
                yield event

    async def expect(self, text: str, timeout: float = 10.0, since: int | None = None) -> Shown:
        """Return the first message, new or edited since the mark, that contains `text`.

        The mark is set by each say, edit and press. Raises NotSeen after `timeout` seconds.
        """
        cursor = self.mark if since is None else since
        loop = asyncio.get_running_loop()
        end = loop.time() + timeout
        seen: list[Event] = []
        while True:
            cursor, events = await self.events(cursor, max(0.0, end - loop.time()))
            seen += events
            for event in events:
                if event.by_bot and event.shown and text in event.shown.read:
                    return event.shown
            if loop.time() >= end:
                raise not_seen(text, seen)

    async def _post(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
        whole = {"id": self.id, "name": self.name, **body}
        response = await self._http.post(f"/sandbox/{what}", json=whole)
        answer: dict[str, Any] = response.json()
        if response.status_code == NO_BUTTON:
            raise NoButton(answer["error"])
        if response.status_code >= REFUSED:
            raise ValueError(answer["error"])
        self.mark = int(answer["seq"])
        return answer

    async def _get(
        self, path: str, query: dict[str, Any], timeout: float = ANSWER_SECONDS
    ) -> dict[str, Any]:
        address = f"/sandbox/chat/{self.id}{path}"
        response = await self._http.get(address, params=query, timeout=timeout)
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer
