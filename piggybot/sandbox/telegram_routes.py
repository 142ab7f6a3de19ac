"""The people's side over HTTP, for the terminal chat, the script player and a later page.

Alone, because these addresses are ours, not Telegram's. They belong on loopback only: whoever
reaches them can speak as anybody.

POST /sandbox/say       {id, name, text, chat?, age?, forwarded?, via_bot?, sender_chat?, reply_to?,
                         random_id?}
POST /sandbox/edit      {id, name, message_id, text}
POST /sandbox/press     {id, name, label, chat?, message_id?, again?}; again presses a past button
                        or {id, name, message_id, number}: the button at that place, from 0
GET  /sandbox/chat/ID?since=SEQ&wait=SECONDS     {seq, events}, at once when there are any
GET  /sandbox/chat/ID/messages?name=NAME         {seq, messages}, the chat as it is now
     each with &bare=1: without the bytes of files, which are at
GET  /sandbox/file/FILE
GET  /sandbox/telegram  {down, bot, commands}
POST /sandbox/telegram  {down?, flood_next?: [times, seconds], lose_next_answer?: method, …}

May import: nothing of ours.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from piggybot.sandbox.telegram_chats import Chats, Json
from piggybot.sandbox.telegram_faults import Faults
from piggybot.sandbox.telegram_methods import BotMethods
from piggybot.sandbox.telegram_people import Person
from piggybot.sandbox.telegram_shown import NoButton
from piggybot.sandbox.telegram_updates import Updates

LONGEST_WAIT = 60.0
OPAQUE = "application/octet-stream"
HOW = ("chat", "age", "forwarded", "via_bot", "sender_chat", "reply_to", "random_id")
SWITCHES = ("lose_next_answer", "drop_next_request")


class Telegram(Protocol):
    """What these routes need of the sandbox."""

    chats: Chats
    bot_methods: BotMethods
    updates: Updates
    faults: Faults

    def person(self, person_id: int, name: str = "") -> Person: ...


class PeopleRoutes:
    """The endpoints, each a line or two."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram

    def routes(self) -> list[Route]:
        return [
            Route("/sandbox/say", self._guard(self.say), methods=["POST"]),
            Route("/sandbox/edit", self._guard(self.edit), methods=["POST"]),
            Route("/sandbox/press", self._guard(self.press), methods=["POST"]),
            Route("/sandbox/telegram", self._guard(self.switch), methods=["POST"]),
            Route("/sandbox/telegram", self.state),
            Route("/sandbox/file/{file}", self.file),
            Route("/sandbox/chat/{id:int}", self.events),
            Route("/sandbox/chat/{id:int}/messages", self.messages),
        ]

    async def say(self, body: Json) -> Json:
        how: Any = {name: body[name] for name in HOW if name in body}
        return {"message_id": await self._person(body).say(str(body["text"]), **how)}

    async def edit(self, body: Json) -> Json:
        await self._person(body).edit(int(body["message_id"]), str(body["text"]))
        return {}

    async def press(self, body: Json) -> Json:
        person = self._person(body)
        if "number" in body:
            pressed = await person.press_number(int(body["message_id"]), int(body["number"]))
            return {"query_id": pressed}
        if body.get("again"):
            query = await person.press_again(body.get("label"), chat=body.get("chat"))
            return {"query_id": query}
        where = {"chat": body.get("chat"), "message_id": body.get("message_id")}
        return {"query_id": await person.press(str(body["label"]), **where)}

    async def switch(self, body: Json) -> Json:
        faults, updates = self._telegram.faults, self._telegram.updates
        if "down" in body:
            (faults.down if body["down"] else faults.up)()
        if "flood_next" in body:
            faults.flood_next(*body["flood_next"])
        for name in SWITCHES:
            if name in body:
                getattr(faults, name)(body[name])
        if "duplicate_next_update" in body:
            updates.duplicate_next(int(body["duplicate_next_update"]))
        if "slow" in body:
            faults.slow(*body["slow"])
        return {}

    async def events(self, request: Request) -> Response:
        chats, chat_id = self._telegram.chats, int(request.path_params["id"])
        since = int(request.query_params.get("since", "0"))
        wait = min(float(request.query_params.get("wait", "0")), LONGEST_WAIT)
        loop = asyncio.get_running_loop()
        end = loop.time() + wait
        while not (found := chats.since(chat_id, since)) and loop.time() < end:
            await chats.bell.wait(end - loop.time())
        seq = found[-1].seq if found else max(since, chats.seq)
        if "bare" in request.query_params:
            found = [replace(one, shown=one.shown and one.shown.bare()) for one in found]
        return JSONResponse({"seq": seq, "events": [one.to_json() for one in found]})

    async def messages(self, request: Request) -> Response:
        person_id, name = int(request.path_params["id"]), request.query_params.get("name", "")
        shown = self._telegram.person(person_id, name).messages
        if "bare" in request.query_params:
            shown = [one.bare() for one in shown]
        plain = [one.to_json() for one in shown]
        return JSONResponse({"seq": self._telegram.chats.seq, "messages": plain})

    async def file(self, request: Request) -> Response:
        file = self._telegram.chats.files.get(str(request.path_params["file"]))
        if file is None:
            return JSONResponse({"error": "there is no such file"}, 404)
        return Response(file.data, media_type=OPAQUE)

    async def state(self, _: Request) -> Response:
        telegram = self._telegram
        state = {"down": telegram.faults.is_down, "bot": telegram.chats.bot.to_json()}
        return JSONResponse(state | {"commands": telegram.bot_methods.menu})

    def _person(self, body: Json) -> Person:
        return self._telegram.person(int(body["id"]), str(body.get("name", "")))

    def _guard(
        self, action: Callable[[Json], Awaitable[Json]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """Body in, answer out; `seq` is the number of the last event before the action."""

        async def endpoint(request: Request) -> Response:
            before = self._telegram.chats.seq
            try:
                return JSONResponse({"seq": before, **await action(await request.json())})
            except NoButton as problem:
                return JSONResponse({"error": str(problem)}, 404)
            except (LookupError, ValueError, TypeError) as problem:
                return JSONResponse({"error": f"bad request: {problem!r}"}, 400)

        return endpoint
