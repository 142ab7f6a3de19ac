"""/start: the one-time code, people listed by id, and the greeting that leads on.

May import: nothing of ours.
"""

import pytest

from tests.stories.conftest import MakeWorld
from tests.stories.steps import account, heard
from tests.world import World

pytestmark = pytest.mark.anyio


def wrong(world: World) -> str:
    return "111111" if world.bot.code != "111111" else "222222"


async def test_the_code_of_the_terminal_makes_its_sender_the_owner(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.ann.say(f"/start {world.bot.code}")
    told = await world.ann.expect("Hello Ann")
    assert "📝 PAPER" in told.text
    assert "✅ Backend health: OK" in told.text
    assert told.labels == ("🔑 Save keys", "📝 Test buy, $2")
    await world.ann.expect("Mode: 📝 PAPER 🧪\n")

    await world.ann.press("Save keys")
    await world.ann.expect("Which exchange is the key for?")


async def test_five_wrong_tries_burn_the_code(make_world: MakeWorld) -> None:
    world = await make_world()
    for left in (4, 3, 2, 1):
        await world.ann.say(f"/start {wrong(world)}")
        await world.ann.expect(f"This code is wrong. Tries left: {left}.")
    await world.ann.say(f"/start {wrong(world)}")
    await world.ann.expect("This code is not valid any more.")

    await world.ann.say(f"/start {world.bot.code}")
    await world.ann.expect("This is a private bot.")
    assert not any("Hello" in one.text for one in world.ann.messages)


async def test_ten_minutes_burn_the_code(make_world: MakeWorld) -> None:
    world = await make_world()
    world.clock.jump(601)
    await world.ann.say(f"/start {world.bot.code}")
    await world.ann.expect("This is a private bot.")
    assert not any("Hello" in one.text for one in world.ann.messages)


async def test_the_code_pairs_one_person_only(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.pair()
    eve = world.telegram.person(6666, "Eve")
    await eve.say(f"/start {world.bot.code}")
    await eve.expect("This is a private bot.")
    await eve.say("/status")
    await world.ann.say("/status")
    await world.ann.expect("userId:")
    assert len([one for one in eve.messages if one.from_bot]) == 1


async def test_people_listed_by_id_need_no_code(make_world: MakeWorld) -> None:
    world = await make_world(bot={"telegram_chat_id": 1001, "member_ids": (1002,)})
    assert world.bot.said == ["The bot runs, and has its owner: write to it in Telegram."]
    ben, eve = world.telegram.person(1002, "Ben"), world.telegram.person(6666, "Eve")
    await world.ann.say("/start")
    await world.ann.expect("Hello Ann")
    await ben.say("/start")
    await ben.expect("Hello Ben")
    await eve.say("/start")
    await eve.expect("This is a private bot.")


async def test_start_leads_on_from_step_to_step(world: World) -> None:
    await world.ann.say(f"/setkeys binanceus {world.key.api_key} {world.key.secret}")
    await world.ann.expect("Keys saved")
    await world.ann.say("/start")
    assert "✅ Validate & Sync" in (await world.ann.expect("Hello Ann")).labels
    await world.ann.press("Validate & Sync")
    await world.ann.expect("validated and synced")
    await world.ann.say("/start")
    assert "🔴 Enable live" in (await world.ann.expect("Hello Ann")).labels
    await world.live()
    await world.ann.say("/start")
    hello = await world.ann.expect("Hello Ann")
    assert hello.labels == ("🔴 Test Live BUY (BTC/USDT), $2",)
    assert "The way to a first order" not in hello.text


async def test_the_pinned_message_follows_each_change_of_mode(live: World) -> None:
    ann = live.ann
    [pinned] = ann.pinned
    await ann.expect("Mode: 🔴 LIVE 🧪", since=0)
    await ann.say("/live off")
    await ann.expect("Live trading is off")
    await ann.expect("Mode: 📝 PAPER 🧪\nOrders")
    await ann.say("/stop")
    await ann.expect("Mode: 🛑 HALTED 🧪\nNothing is sent.")
    await ann.say("/resume")
    await ann.expect("End the stop")
    await ann.press("Resume")
    await ann.expect("The stop is over.")
    await ann.say("/status")
    await ann.expect("userId:")
    [now] = ann.pinned
    assert now.message_id == pinned.message_id, "it is edited, not pinned anew"
    assert now.edits >= 3
    assert "📝 PAPER" in now.text


async def test_a_lost_database_of_the_bot_leaves_nothing_behind_unsaid(live: World) -> None:
    await live.ann.say("/testbuy 2")
    await live.ann.expect("Live order submitted")
    old = (await account(live)).userId

    async def begin_anew(**given: str) -> None:
        await live.bot.stop()
        for file in (live.folder / "bot").glob("bot.db*"):
            file.unlink()
        live.bot.settings |= given
        await live.bot.start()
        await live.pair()
        assert live.bot.bot is not None
        for _ in range(2):
            await live.bot.bot.left_behind.check()

    await begin_anew()
    told = await live.ann.expect("has an account that I do not know")
    assert f"{old} 🔴 LIVE 🧪: holds 0.0002" in told.read
    assert "BTC; keys for binanceus.\n" in told.read
    assert f"USER_ID={old}" in told.read
    assert await heard(live.ann, "that I do not know") == 1

    await begin_anew(user_id=old)
    await live.ann.say("/sell all")
    await live.ann.expect("Real money.")
    assert await heard(live.ann, "that I do not know") == 1, "it is known now"
