"""Secrets: sealed before anything is written, deleted at once, and the person told the truth.

May import: chat, sandbox, store.
"""

import json
from pathlib import Path

import pytest

from piggybot.chat import refusals
from piggybot.chat.secret import Reader, unfolded
from piggybot.store import Dialogue
from tests.bot.door_world import OWNER, DoorWorld, door_world

pytestmark = pytest.mark.anyio
KEY = "Kq7" + "aZ9" * 20 + "tail"
SECRET = "Sx3" + "bY8" * 20 + "ends"
PEM = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIabcdef\nQ1w2e3r4==\n-----END EC PRIVATE KEY-----"


async def _known(world: DoorWorld) -> None:
    """Ann is known, and the proxy's key too."""
    world.give_key()
    await world.ann.say("/help")
    await world.ann.expect("/testbuy", timeout=3)


def _nowhere(world: DoorWorld, *secrets: str) -> None:
    kept = world.bytes_on_disk()
    for secret in secrets:
        for part in (secret, secret[:20], secret[10:30], json.dumps(secret)[1:-1]):
            assert part.encode() not in kept


async def test_a_key_in_one_line_is_sealed_kept_and_deleted(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _known(world)
        sent = await world.ann.say(f"/setkeys BinanceUS {KEY} {SECRET}")
        await world.ann.expect("tail", timeout=3)
        assert [one.message_id for one in world.telegram.deletions] == [sent]
        person = world.store.people.find(OWNER)
        assert person is not None
        row = world.store.keys.get(person.user_id, "binanceus")
        assert row is not None and row.hint == "tail"
        assert world.opened(row.sealed_key, "binanceus", "apiKey") == KEY
        assert world.opened(row.sealed_secret, "binanceus", "apiSecret") == SECRET
        _nowhere(world, KEY, SECRET)


@pytest.mark.parametrize("pasted", [PEM, PEM.replace("\n", "\\n")])
async def test_a_secret_of_many_lines_survives(tmp_path: Path, pasted: str) -> None:
    async with door_world(tmp_path) as world:
        await _known(world)
        await world.ann.say(f"/setkeys binanceus {KEY} {pasted}")
        await world.ann.expect("tail", timeout=3)
        person = world.store.people.find(OWNER)
        assert person is not None
        row = world.store.keys.get(person.user_id, "binanceus")
        assert row is not None
        assert world.opened(row.sealed_secret, "binanceus", "apiSecret") == PEM
        _nowhere(world, KEY, "MHcCAQEEIabcdef")


async def test_key_and_secret_sent_at_once_do_not_swap(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _known(world)
        await world.ann.say("/setkeys binanceus")
        await world.ann.expect("key", timeout=3)
        await world.bot.idle()
        await world.ann.say(KEY)
        await world.ann.say(SECRET)
        await world.ann.expect("tail", timeout=3)
        person = world.store.people.find(OWNER)
        assert person is not None
        row = world.store.keys.get(person.user_id, "binanceus")
        assert row is not None
        assert world.opened(row.sealed_key, "binanceus", "apiKey") == KEY
        assert world.opened(row.sealed_secret, "binanceus", "apiSecret") == SECRET
        assert len(world.telegram.deletions) == 2
        _nowhere(world, KEY, SECRET)


async def test_without_the_proxys_key_nothing_is_kept_and_it_is_said(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await world.ann.say(f"/setkeys binanceus {KEY} {SECRET}")
        told = await world.ann.expect("cannot seal a secret yet", timeout=3)
        assert refusals.DELETED in told.text
        assert len(world.telegram.deletions) == 1
        _nowhere(world, KEY, SECRET)


@pytest.mark.parametrize("text", [KEY, PEM, f"/setkeys {KEY}", f"/status {KEY}", f"/{KEY}"])
async def test_a_key_where_none_was_asked_for_is_deleted_and_not_kept(
    tmp_path: Path, text: str
) -> None:
    async with door_world(tmp_path) as world:
        await _known(world)
        await world.ann.say(text)
        told = await world.ann.expect("looked like a key", timeout=3)
        assert refusals.DELETED in told.text
        assert len(world.telegram.deletions) == 1
        _nowhere(world, text)


@pytest.mark.parametrize(
    ("text", "wiped"),
    [(f"/stop {KEY}", 1), ("/stop, please", 0), ("/stop@AnyBot: now", 0), ("/STOP\nall of it", 0)],
)
async def test_whatever_follows_a_stop_it_stops(tmp_path: Path, text: str, wiped: int) -> None:
    async with door_world(tmp_path) as world:
        await _known(world)
        await world.ann.say(text)
        await world.ann.expect("🛑", timeout=3)
        await world.bot.idle()
        assert len(world.telegram.deletions) == wiped
        _nowhere(world, KEY)


async def test_the_confirm_token_is_sealed_too(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _known(world)
        await world.ann.say("/live on my-second-factor-77")
        await world.ann.expect("", timeout=3)
        await world.bot.idle()
        assert len(world.telegram.deletions) == 1
        with world.engine.connect() as db:
            body = db.exec_driver_sql("select body from inbox order by id desc").scalar()
        sealed = json.loads(str(body))["secrets"]["confirmToken"]
        assert world.opened(sealed, "", "confirmToken") == "my-second-factor-77"
        _nowhere(world, "my-second-factor-77")


async def test_a_deletion_that_fails_is_said_and_tried_again(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _known(world)
        world.telegram.drop_next_request("deleteMessage", 1)
        await world.ann.say(KEY)
        await world.ann.expect(refusals.NOT_DELETED, timeout=3)
        while not world.telegram.deletions:
            await world.telegram.chats.bell.wait(1)


def test_what_the_reader_takes_for_a_secret() -> None:
    reader = Reader({"help", "cancel", "live", "setkeys"})
    secret_step = Dialogue(1, "setkeys", "secret", {"exchange": "x"}, None)  # type: ignore[arg-type]

    def sealer(exchange: str, field: str, text: str) -> str:
        return f"<{exchange}|{field}|{len(text)}>"

    assert reader.read("/cancel", secret_step, sealer).command == "cancel"
    slash = reader.read("/abc+def==", secret_step, sealer)
    assert slash.secrets == {"apiKey": "<x|apiKey|10>", "apiSecret": "<x|apiSecret|10>"}
    assert reader.read("/setkeys binanceus", None, sealer).words == ("binanceus",)
    half = reader.read("/setkeys binanceus short", None, sealer)
    assert half.words == ("binanceus",) and half.wipe
    assert reader.read("/live hunter2", None, sealer).words == ("?",)
    assert reader.read("/live off", None, sealer).words == ("off",)
    assert reader.read("/BUY@Bot 2  BTC/USDT", None, None).words == ("2", "BTC/USDT")
    assert unfolded("a\\nb") == "a\\nb"


async def test_a_public_key_that_is_broken_stops_nobody(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        world.store.flags.put("sealing_key", '{"publicKey": "AAAA", "keyId": "x"}')
        await world.ann.say(f"/setkeys binanceus {KEY} {SECRET}")
        await world.ann.expect("cannot seal a secret yet", timeout=3)
        await world.ann.say("/bogus")
        await world.ann.expect("I do not know /bogus", timeout=3)
        _nowhere(world, KEY, SECRET)
