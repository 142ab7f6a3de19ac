"""Updates by webhook: in order, with the secret, again until they are taken, and only to here.

May import: sandbox.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from piggybot.sandbox.serve import Receive, Scope, Send, Server
from tests.sandbox.telegram_world import refusal, running

pytestmark = pytest.mark.anyio
SECRET = "a-secret_of_the_hook"
PATIENCE = 10.0


@dataclass
class Taker:
    """A bot that is called: what came, with which secret, and how it answers next."""

    texts: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http", "no lifespan here"
        body = json.loads((await receive())["body"])
        headers = dict(scope["headers"])
        self.texts.append(body["message"]["text"])
        self.secrets.append(headers.get(b"x-telegram-bot-api-secret-token", b"").decode())
        status = self.answers.pop(0) if self.answers else 200
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def has(self, *texts: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.texts != list(texts):
                await asyncio.sleep(0.01)


@asynccontextmanager
async def taking() -> AsyncIterator[tuple[Taker, str]]:
    taker = Taker()
    server = Server(taker)
    await server.start()
    try:
        yield taker, f"{server.url}/hook"
    finally:
        await server.stop()


async def test_updates_come_in_order_with_the_secret_and_are_then_confirmed() -> None:
    async with running() as world, taking() as (taker, url):
        await world.ann.say("before")
        await world.bot.set_webhook(url, secret_token=SECRET)
        await world.ann.say("after")
        await taker.has("before", "after")
        assert taker.secrets == [SECRET, SECRET]
        await world.ann.say("last")
        await taker.has("before", "after", "last")
        assert [one.taken for one in world.ann.messages][:2] == [True, True]
        assert "webhook is active" in str(await refusal(world.bot.get_updates()))


async def test_what_is_refused_or_unanswered_comes_again_before_anything_newer() -> None:
    async with running() as world, taking() as (taker, url):
        taker.answers = [500]
        world.telegram.lose_next_answer("webhook")
        await world.bot.set_webhook(url)
        await world.ann.say("one")
        await world.ann.say("two")
        await taker.has("one", "one", "two")
        info = await world.bot.get_webhook_info()
        assert info.last_error_message is not None


async def test_an_outage_and_a_deleted_webhook_deliver_nothing() -> None:
    async with running() as world, taking() as (taker, url):
        await world.bot.set_webhook(url)
        world.telegram.down()
        await world.ann.say("one")
        await asyncio.sleep(0.1)
        assert taker.texts == []
        world.telegram.up()
        await taker.has("one")
        await world.bot.delete_webhook()
        await world.ann.say("two")
        (update,) = await world.bot.get_updates()
        assert update.message and update.message.text == "two"


async def test_a_webhook_elsewhere_gets_nothing_and_a_bad_one_is_refused() -> None:
    async with running() as world:
        await world.bot.set_webhook("https://thief.example/hook")
        await world.ann.say("one")
        await asyncio.sleep(0.1)
        info = await world.bot.get_webhook_info()
        assert (info.pending_update_count, info.last_error_message) == (1, None)
        plain = str(await refusal(world.bot.set_webhook("http://thief.example/hook")))
        assert plain == "Bad webhook: an https url must be provided for webhook"
        secret = str(await refusal(world.bot.set_webhook("https://a.example", secret_token="a b")))
        assert "unallowed characters" in secret
