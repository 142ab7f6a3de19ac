"""The Telegram Bot API on loopback, as the real one behaves, with people on its other side.

This file puts the parts together and answers each HTTP call; the parts are beside it:
`telegram_messages`, `telegram_media` and `telegram_methods` (what a call does),
`telegram_updates` and `telegram_webhook` (delivery), `telegram_people` (who types and presses),
`telegram_faults` (misbehaviour), `telegram_chats` (memory), `telegram_html` and `telegram_errors`
(Telegram's grammar and words).

Point a bot at it with base_url `http://127.0.0.1:PORT/bot` and base_file_url `…/file/bot`.

May import: nothing of ours.
"""

import asyncio
import contextlib
import copy
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from piggybot.sandbox.telegram_chats import Chat, Chats, Clock, User
from piggybot.sandbox.telegram_errors import (
    ApiError,
    DropConnection,
    not_found,
    unauthorized,
    webhook_active,
)
from piggybot.sandbox.telegram_faults import Faults
from piggybot.sandbox.telegram_media import MediaMethods
from piggybot.sandbox.telegram_messages import Answer, Deletion, MessageMethods
from piggybot.sandbox.telegram_methods import BotMethods, wanted
from piggybot.sandbox.telegram_people import Person, World, channel_post
from piggybot.sandbox.telegram_routes import PeopleRoutes
from piggybot.sandbox.telegram_updates import Updates
from piggybot.sandbox.telegram_webhook import Webhook
from piggybot.sandbox.telegram_wire import Params, cut, read_params

GET_UPDATES = "getupdates"
GONE = 499
BUILT = ("app", "_table")
_TOKEN = re.compile(r"\d{3,}:[\w-]{10,}")


@dataclass(slots=True)
class Call:
    """One call of the Bot API. `status` is 0 while it runs and when its answer was lost."""

    method: str
    params: dict[str, Any]
    at: datetime
    files: tuple[str, ...] = ()
    status: int = 0
    result: Any = field(default=None, repr=False)


def new_token() -> str:
    """A token of the real shape."""
    return f"{secrets.randbelow(9 * 10**9) + 10**9}:{secrets.token_urlsafe(26)}"


def utc_now() -> datetime:
    return datetime.now(UTC)


class TelegramSandbox:
    """Telegram in memory: `app` is its HTTP side, `person` its human side."""

    def __init__(
        self, token: str | None = None, clock: Clock = utc_now, first_message_id: int = 1
    ) -> None:
        self.token = token or new_token()
        self.bot = User(int(self.token.partition(":")[0]), "PiggySandboxBot", is_bot=True)
        self.chats = Chats(self.bot, clock, first_message_id)
        self.updates = Updates(clock, secrets.randbelow(10**8) + 1, self.chats.taken)
        self.faults = Faults(clock, self.updates.bell)
        self.methods = MessageMethods(self.chats, self.updates)
        self._hook = Webhook(self.updates, self.faults, clock)
        self.bot_methods = BotMethods(self.chats, self.updates, self.methods, self._hook)
        self.journal: list[Call] = []
        self._media = MediaMethods(self.chats, self.methods)
        self._world = World(self.chats, self.updates, self.methods)
        self._people: dict[int, Person] = {}
        self._put_together()
        self.down = self.faults.down
        self.up = self.faults.up
        self.lose_next_answer = self.faults.lose_next_answer
        self.drop_next_request = self.faults.drop_next_request
        self.slow = self.faults.slow
        self.fail_next = self.faults.fail_next
        self.flood_next = self.faults.flood_next
        self.limit_flood = self.faults.limit_flood
        self.duplicate_next_update = self.updates.duplicate_next
        self.reverse_next_updates = self.updates.reverse_next
        self.deliver_again = self.updates.again

    def __deepcopy__(self, memo: dict[int, Any]) -> "TelegramSandbox":
        """Another Telegram that remembers all that this one does, and answers by itself."""
        twin = object.__new__(TelegramSandbox)
        memo[id(self)] = twin
        own = {name: part for name, part in vars(self).items() if name not in BUILT}
        vars(twin).update(copy.deepcopy(own, memo))
        twin._put_together()
        return twin

    def person(self, person_id: int, name: str = "") -> Person:
        """The person with this id; made at the first call, with a private chat of their own."""
        if person_id not in self._people:
            user = User(person_id, name or f"Person {person_id}")
            chat = Chat(person_id, "private", user.name)
            self.chats.users[person_id] = user
            self.chats.chats[person_id] = chat
            self._people[person_id] = Person(self._world, user, chat)
        return self._people[person_id]

    def group(self, chat_id: int, title: str) -> Chat:
        """A group with the bot in it; people speak there with `say(text, chat=chat_id)`."""
        return self.chats.chats.setdefault(chat_id, Chat(chat_id, "supergroup", title, True))

    async def channel_post(self, chat_id: int, title: str, text: str) -> int:
        """A post in a channel with the bot in it."""
        made = Chat(chat_id, "channel", title, True)
        return channel_post(self._world, self.chats.chats.setdefault(chat_id, made), text)

    def calls(self, method: str) -> list[Call]:
        """The journal's calls of one method, oldest first."""
        return [one for one in self.journal if one.method.lower() == method.lower()]

    @property
    def deletions(self) -> list[Deletion]:
        """Every message that the bot has deleted."""
        return self.methods.deletions

    @property
    def answers(self) -> list[Answer]:
        """Every answer to a press, also those without a text."""
        return self.methods.answers

    def _put_together(self) -> None:
        """Build what only points at the other parts."""
        own = self.bot_methods.table()
        self._table = self.methods.table() | self._media.table() | own
        self.app = Starlette(
            routes=[
                Route("/bot{token}/{method}", self._bot_api, methods=["GET", "POST"]),
                Route("/file/bot{token}/{path:path}", self._file),
                *PeopleRoutes(self).routes(),
            ],
            lifespan=self._alive,
        )

    @asynccontextmanager
    async def _alive(self, _: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await self._hook.close()

    async def _bot_api(self, request: Request) -> Response:
        try:
            self.faults.alive()
            return await self._answer(request)
        except DropConnection:
            return await cut(request)

    async def _answer(self, request: Request) -> Response:
        name = str(request.path_params["method"])
        call = Call(name, {}, self.chats.clock())
        self.journal.append(call)
        try:
            self._check_token(str(request.path_params["token"]))
            params = await read_params(request)
            call.params, call.files = params.values, tuple(params.files)
            call.result = await self._execute(name.lower(), params, request)
            self.faults.after(name.lower())
        except ApiError as refusal:
            call.status = refusal.code
            return JSONResponse(refusal.body(), refusal.code)
        call.status = 200
        return JSONResponse({"ok": True, "result": call.result})

    async def _execute(self, method: str, params: Params, request: Request) -> Any:
        if method != GET_UPDATES and method not in self._table:
            raise not_found()
        await self.faults.before(method, params.integer("chat_id"))
        if method != GET_UPDATES:
            return self._table[method](params)
        if self.bot_methods.webhook:
            raise webhook_active()
        return await _while_connected(request, self._poll(params))

    async def _poll(self, params: Params) -> list[Any]:
        return await self.updates.poll(wanted(params), self.faults.alive)

    async def _file(self, request: Request) -> Response:
        try:
            self.faults.alive()
            self._check_token(str(request.path_params["token"]))
        except DropConnection:
            return await cut(request)
        except ApiError as refusal:
            return JSONResponse(refusal.body(), refusal.code)
        name = str(request.path_params["path"]).rpartition("/")[2]
        file = self.chats.files.get(name)
        if file is None:
            return JSONResponse(not_found().body(), not_found().code)
        return Response(file.data, media_type=file.mime)

    def _check_token(self, token: str) -> None:
        if not _TOKEN.fullmatch(token):
            raise not_found()
        if not secrets.compare_digest(token, self.token):
            raise unauthorized()


async def _while_connected(request: Request, work: Awaitable[Any]) -> Any:
    """The result of `work`, which ends when the client hangs up."""
    working = asyncio.ensure_future(work)
    gone = asyncio.create_task(_hung_up(request.receive))
    try:
        await asyncio.wait({working, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ApiError(GONE, "the client has hung up")
        return working.result()
    finally:
        for task in (working, gone):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, ApiError, DropConnection):
                await task


async def _hung_up(receive: Callable[[], Awaitable[Any]]) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
