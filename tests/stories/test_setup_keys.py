"""/setkeys, /cancel and /forget: how a key comes in, and how every byte of it goes.

May import: nothing of ours.
"""

import pytest

from migrations.database import bundled
from tests.stories.conftest import MakeWorld
from tests.stories.steps import files_with, silence
from tests.world import World

pytestmark = pytest.mark.anyio

MANY_LINES = "-----BEGIN SHARED SECRET-----\nabcdefgh12345678\nABCDEFGH87654321\n-----END-----"


async def begun(world: World) -> None:
    """/setkeys, and the button of the exchange."""
    await world.ann.say("/setkeys")
    asked = await world.ann.expect("Which exchange is the key for?")
    assert asked.labels == ("Binance.US", "Binance")
    await world.ann.press("Binance.US")
    await world.ann.expect("Send the API key of Binance.US")


async def test_a_key_comes_step_by_step_and_both_messages_go(world: World) -> None:
    await begun(world)
    key = await world.ann.say(world.key.api_key)
    await world.ann.expect("I deleted your message. Telegram may still hold copies")
    secret = await world.ann.say(world.key.secret)
    saved = await world.ann.expect("✅ Keys saved for binanceus")
    assert f"…{world.key.api_key[-4:]}" in saved.text
    assert "I deleted your message" in saved.text
    await world.ann.press("✅ Validate & Sync")
    await world.ann.expect("Credentials validated and synced for binanceus.")

    gone = {one.message_id for one in world.ann.messages if one.deleted}
    assert {key, secret} <= gone
    shown = "".join(one.text + one.html for one in world.ann.messages if one.from_bot)
    assert world.key.api_key not in shown
    assert world.key.secret not in shown
    assert files_with(world.folder, [world.key.api_key, world.key.secret]) == []


async def test_a_key_comes_in_one_line(world: World) -> None:
    typed = await world.ann.say(f"/setkeys binanceus {world.key.api_key} {world.key.secret}")
    assert "I deleted your message" in (await world.ann.expect("Keys saved")).text
    assert next(one for one in world.ann.messages if one.message_id == typed).deleted
    await world.ann.say("/validate")
    await world.ann.expect("validated and synced")


@pytest.mark.parametrize("typed", [MANY_LINES, MANY_LINES.replace("\n", "\\n")])
async def test_a_secret_of_many_lines_signs_as_it_was_given(world: World, typed: str) -> None:
    key = world.exchange.add_key(secret=MANY_LINES)
    await begun(world)
    await world.ann.say(key.api_key)
    await world.ann.expect("Now send the API secret")
    await world.ann.say(typed)
    await world.ann.expect("Keys saved")
    await world.ann.say("/validate")
    await world.ann.expect("validated and synced")


async def test_a_secret_of_many_lines_comes_after_the_command_too(world: World) -> None:
    key = world.exchange.add_key(secret=MANY_LINES)
    await world.ann.say(f"/setkeys binanceus {key.api_key} {MANY_LINES}")
    await world.ann.expect("Keys saved")
    await world.ann.say("/validate")
    await world.ann.expect("validated and synced")


async def test_cancel_ends_the_question_and_keeps_nothing(world: World) -> None:
    await begun(world)
    await world.ann.say(world.key.api_key)
    await world.ann.expect("Now send the API secret")
    await world.ann.say("/cancel")
    await world.ann.expect("Cancelled. What you sent for it is forgotten")
    await world.ann.say("hello")
    await world.ann.expect("I was not asking for anything")
    await world.ann.say("/validate")
    await world.ann.expect("No key for binanceus is saved.")
    await world.ann.say("/cancel")
    await world.ann.expect("There is nothing to cancel.")


async def test_a_deletion_that_fails_is_told(world: World) -> None:
    world.telegram.fail_next("deleteMessage", 400, "Bad Request: message can't be deleted")
    typed = await world.ann.say(f"/setkeys binanceus {world.key.api_key} {world.key.secret}")
    told = await world.ann.expect("Keys saved")
    assert "I could not delete your message: please delete it yourself." in told.text
    assert not next(one for one in world.ann.messages if one.message_id == typed).deleted


async def test_a_key_that_nobody_asked_for_is_wiped_and_not_kept(world: World) -> None:
    typed = await world.ann.say(world.key.secret)
    await world.ann.expect("That looked like a key or a secret, which I was not asking for.")
    assert next(one for one in world.ann.messages if one.message_id == typed).deleted
    assert files_with(world.folder, [world.key.secret]) == []


async def test_replacing_a_validated_key_is_asked_and_ends_live_first(live: World) -> None:
    other = live.exchange.add_key()
    await live.ann.say(f"/setkeys binanceus {other.api_key} {other.secret}")
    await live.ann.expect("A validated key for binanceus")
    await live.ann.expect("I deleted your message.")
    await live.ann.press("Replace the key")
    saved = await live.ann.expect("Keys saved")
    assert "your message" not in saved.text, "it was told of when it went"
    await live.ann.say("/status")
    told = (await live.ann.expect("userId:")).text
    assert "📝 PAPER" in told
    assert "not validated: /validate" in told


async def test_who_holds_something_real_is_warned_before_the_key_goes(live: World) -> None:
    await live.ann.say("/testbuy 10")
    await live.ann.expect("Live order submitted")
    await live.ann.say("/forget")
    told = await live.ann.expect("Remove the key")
    held = live.exchange.books.orders[0].executed
    assert "⚠️ The bot still holds 0.00" in told.text
    assert f"{held:f}"[:6] in told.text
    assert "without the key it cannot sell that" in told.text
    other = live.exchange.add_key()
    await live.ann.say(f"/setkeys binanceus {other.api_key} {other.secret}")
    told = await live.ann.expect("A validated key for binanceus")
    assert "The new key must be of the same account" in told.text


async def test_forget_leaves_no_byte_of_the_key(make_world: MakeWorld) -> None:
    live = await make_world()  # walked in one go: the key stands in the logs of both databases too
    await live.pair()
    await live.keys()
    await live.live()
    assert live.bot.bot is not None
    person = live.bot.bot.store.people.find(live.ann.id)
    assert person is not None
    row = live.bot.bot.store.keys.get(person.user_id, "binanceus")
    assert row is not None
    traces = [row.sealed_key, row.sealed_secret, live.key.api_key, live.key.secret]
    kept = files_with(live.folder, traces)
    assert any(name.startswith("bot.db") for name in kept), "else this test could not fail"
    assert any(name.startswith("proxy.db") for name in kept)

    await live.ann.say("/forget")
    await live.ann.expect("Remove the key for binanceus from this bot and from the trading")
    assert files_with(live.folder, traces) == kept, "nothing goes before it is confirmed"
    await live.ann.press("Remove the key")
    await live.ann.expect("Removed here and at the trading service: binanceus.")
    assert files_with(live.folder, traces) == []

    await live.ann.say("/testbuy 2")
    assert "📝 PAPER" in (await live.ann.expect("Paper order filled")).text
    await live.ann.say("/live on")
    await live.ann.expect("A key for binanceus: /setkeys, then /validate")
    assert live.posts == 0


async def test_forget_says_so_while_another_program_keeps_a_sealed_copy_alive(live: World) -> None:
    assert live.bot.bot is not None
    person = live.bot.bot.store.people.find(live.ann.id)
    assert person is not None
    row = live.bot.bot.store.keys.get(person.user_id, "binanceus")
    assert row is not None
    backup = bundled.connect(live.folder / "proxy" / "proxy.db")
    backup.isolation_level = None
    backup.execute("BEGIN")
    backup.execute("SELECT count(*) FROM accounts").fetchone()
    await live.ann.say("/forget")
    await live.ann.expect("Remove the key")
    await live.ann.press("Remove the key")
    told = await live.ann.expect("Removed here and at the trading service: binanceus.")
    assert "A sealed copy may still be on the disk" in told.text
    assert files_with(live.folder, [row.sealed_key]) != []

    backup.close()
    await live.ann.say("/forget")
    await live.ann.expect("No key is saved, so there is nothing to remove.")
    assert files_with(live.folder, [row.sealed_key, row.sealed_secret]) == []


async def test_forget_with_the_proxy_away_is_finished_later(live: World) -> None:
    await live.proxy.stop()
    await live.ann.say("/forget")
    await live.ann.expect("Remove the key")
    await live.ann.press("Remove the key")
    await live.ann.expect("The trading service still has its copy")
    await live.ann.say("/validate")
    await live.ann.expect("No key for binanceus is saved.")
    live.ann.now()
    await live.proxy.start()
    await live.ann.expect("The trading service has removed its copy now: binanceus.")
    await silence(live.ann)
    assert files_with(live.folder, [live.key.api_key, live.key.secret]) == []
