"""What happens in a chat reaches a tab once and in order, whatever becomes of its connection.

May import: page.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing

import httpx
import pytest

from piggybot.page.border import Json
from tests.page.page_world import YOU, PageWorld, page_world

pytestmark = pytest.mark.anyio
PATIENCE = 10.0


async def pieces(world: PageWorld, since: int, name: str = "chat") -> AsyncIterator[Json]:
    """The pieces of one kind, as a browser gets them."""
    async with world.http.stream("GET", "/api/stream", params={"since": since}) as stream:
        kind = ""
        async for line in stream.aiter_lines():
            field, _, value = line.partition(": ")
            if field == "event":
                kind = value
            if field == "data" and kind == name:
                yield json.loads(value)


async def read(world: PageWorld, since: int, amount: int) -> tuple[int, list[str]]:
    """The next mark, and so many texts, over one connection that then breaks."""
    texts: list[str] = []
    async with asyncio.timeout(PATIENCE), aclosing(pieces(world, since)) as stream:
        async for piece in stream:
            texts += [one["message"]["text"] for one in piece["events"]]
            since = piece["seq"]
            if len(texts) >= amount:
                break
    return since, texts


async def test_a_tab_that_comes_back_gets_what_it_missed_and_nothing_twice():
    async with page_world() as world:
        await world.bot.send_message(YOU.id, "one")
        mark, texts = await read(world, 0, 1)
        for words in ("two", "three"):
            await world.bot.send_message(YOU.id, words)
        mark, more = await read(world, mark, 2)
        waiting = asyncio.create_task(read(world, mark, 1))
        await world.bot.send_message(YOU.id, "four")
        _, last = await waiting
        assert texts + more + last == ["one", "two", "three", "four"]


async def test_the_chat_and_the_mark_belong_together():
    async with page_world() as world:
        await world.bot.send_message(YOU.id, "before")
        chat = await world.chat()
        await world.bot.send_message(YOU.id, "after")
        _, texts = await read(world, chat["seq"], 1)
        assert [one["text"] for one in chat["messages"]] == ["before"]
        assert texts == ["after"]


async def test_a_change_of_the_stage_reaches_an_open_tab():
    async with page_world() as world, aclosing(pieces(world, 0, "world")) as stream:
        assert (await anext(stream))["running"]["proxy"] is True
        await world.post("misbehave", who="proxy", what="kill")
        async with asyncio.timeout(PATIENCE):
            assert (await anext(stream))["running"]["proxy"] is False


async def test_a_telegram_that_is_silent_for_a_while_costs_no_message():
    async with page_world() as world:
        behind = world.telegram
        waiting = asyncio.create_task(read(world, 0, 1))
        await asyncio.sleep(0)
        await behind.person(YOU.id).say("typed elsewhere")
        assert (await waiting)[1] == ["typed elsewhere"]


async def test_the_server_ends_while_tabs_are_open():
    async with page_world() as world:
        stream = pieces(world, 0, "hello")
        assert "run" in await anext(stream)
        async with asyncio.timeout(PATIENCE):
            await world.server.stop()
        with pytest.raises((httpx.TransportError, StopAsyncIteration)):
            await anext(stream)
