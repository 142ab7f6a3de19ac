"""Deliveries by webhook: who may deliver, what is confirmed when, and what is set right again.

May import: chat, errors, sandbox.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from piggybot.chat import refusals
from piggybot.demo import free_port
from piggybot.errors import BadSettings
from tests.bot.door_world import OWNER, QUICK, DoorWorld, door_world

pytestmark = pytest.mark.anyio
SECRET = "x-telegram-bot-api-secret-token"


@asynccontextmanager
async def hooked(folder: Path) -> AsyncIterator[tuple[DoorWorld, str]]:
    """A bot that Telegram delivers to, and where."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/telegram"
    given = {"telegram_webhook_url": url, "telegram_webhook_port": port}
    async with door_world(folder, **given) as world:
        await world.ann.say("/one")
        await world.ann.expect("I do not know /one", timeout=5)
        yield world, url


def update(text: str, number: int = 77) -> dict[str, Any]:
    person = {"id": OWNER, "is_bot": False, "first_name": "Ann"}
    chat = {"id": OWNER, "type": "private", "first_name": "Ann"}
    message = {"message_id": number, "date": 1_772_366_400, "chat": chat, "from": person}
    return {"update_id": number, "message": message | {"text": text}}


async def again(world: DoorWorld, **given: Any) -> None:
    """The bot ends, and starts with other settings."""
    await world.crash()
    world.timing = replace(QUICK, hook=0.05)
    world._given |= given
    await world.begin()


async def until(true: Any) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.01)


async def test_nobody_without_the_secret_delivers_anything(tmp_path: Path) -> None:
    async with hooked(tmp_path) as (world, url), httpx.AsyncClient(verify=False) as http:
        (hook,) = world.telegram.calls("setWebhook")
        secret = hook.params["secret_token"]
        assert len(secret) >= 43, "256 random bits"
        for header in ({}, {SECRET: "x"}, {SECRET: secret[:-1]}, {SECRET: f"{secret}x"}):
            answer = await http.post(url, json=update("/two"), headers=header)
            assert answer.status_code == 403, header
        right = {SECRET: secret}
        assert (await http.get(url, headers=right)).status_code == 404
        assert (await http.post(f"{url}/x", json={}, headers=right)).status_code == 404
        huge = b"x" * (1024 * 1024 + 1)
        assert (await http.post(url, content=huge, headers=right)).status_code == 413
        assert (await http.post(url, content=b"no update", headers=right)).status_code == 200
        assert world.store.inbox.unfinished() == []

        world.ann.now()
        assert (await http.post(url, json=update("/two"), headers=right)).status_code == 200
        await world.ann.expect("I do not know /two", timeout=5)


async def test_the_webhook_asks_for_one_at_a_time_and_drops_nothing(tmp_path: Path) -> None:
    async with hooked(tmp_path) as (world, _):
        (hook,) = world.telegram.calls("setWebhook")
        assert hook.params["max_connections"] == "1"
        assert hook.params["drop_pending_updates"] == "false"
        assert hook.params["allowed_updates"] == '["message", "callback_query"]'
        assert world.telegram.calls("getUpdates") == []


async def test_what_cannot_be_written_down_is_not_confirmed_and_comes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hooked(tmp_path) as (world, _):
        failures = [OSError("disk full"), OSError("disk full")]
        add = world.store.inbox.add

        def failing(rows: Any) -> list[int | None]:
            if failures:
                raise failures.pop()
            return add(rows)

        monkeypatch.setattr(world.store.inbox, "add", failing)
        await world.ann.say("/two")
        await world.ann.expect("I do not know /two", timeout=5)
        assert failures == []
        assert world.telegram.updates.pending == 0


async def test_a_webhook_that_somebody_changed_is_set_back_and_told(tmp_path: Path) -> None:
    async with hooked(tmp_path) as (world, url):
        await again(world)
        await until(lambda: len(world.telegram.calls("setWebhook")) == 2)
        world.telegram.bot_methods.webhook = "https://thief.example/hook"
        await world.ann.expect(refusals.WEBHOOK_CHANGED, timeout=5, since=0)
        await until(lambda: world.telegram.bot_methods.webhook == url)


async def test_a_webhook_that_somebody_set_before_the_start_is_told_too(tmp_path: Path) -> None:
    async with hooked(tmp_path) as (world, url):
        await world.crash()
        world.telegram.bot_methods.webhook = "https://thief.example/hook"
        await world.begin()
        await world.ann.expect(refusals.WEBHOOK_CHANGED, timeout=5, since=0)
        await until(lambda: world.telegram.bot_methods.webhook == url)


async def test_deliveries_that_fail_count_as_silence_until_they_arrive(tmp_path: Path) -> None:
    async with hooked(tmp_path) as (world, _):
        await again(world)
        await until(lambda: world.bot.polling_down is None)
        world.telegram.drop_next_request("webhook", 10)
        await world.ann.say("/two")
        await until(lambda: world.bot.polling_down is not None)
        await world.ann.expect("I do not know /two", timeout=10)
        await until(lambda: world.bot.polling_down is None)


async def test_going_back_to_polling_removes_our_own_webhook_without_an_alarm(
    tmp_path: Path,
) -> None:
    async with hooked(tmp_path) as (world, _):
        await again(world, telegram_webhook_url="")
        await world.ann.say("/two")
        await world.ann.expect("I do not know /two", timeout=5)
        assert world.telegram.bot_methods.webhook == ""
        assert not any(refusals.WEBHOOK in one.text for one in world.ann.messages)


async def test_a_port_that_is_taken_is_a_sentence(tmp_path: Path) -> None:
    async with hooked(tmp_path) as (world, _):
        await world.crash()
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            world._given |= {"telegram_webhook_port": port}
            with pytest.raises(BadSettings, match=f"TELEGRAM_WEBHOOK_PORT: 127.0.0.1:{port}"):
                await world.begin()
