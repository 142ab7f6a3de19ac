"""Many notices at once become one that names each: nothing lost, a stop never among them.

May import: chat, core, sandbox, store, wire.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from piggybot.chat.folding import LINES, MANY, folds
from piggybot.chat.pace import Pace
from piggybot.chat.texts_fold import order_line
from piggybot.core.mail import Outgoing, Sent
from piggybot.store import Store
from proxy.wire import Mode, Problem, Side, Status
from tests.bot.door_world import OWNER, DoorWorld, door_world
from tests.bot.values import NOW, filled, intent, letter

pytestmark = pytest.mark.anyio


def notice(name: str, **other: object) -> Outgoing:
    return letter(name, **{"body": {"text": f"{name}, at length", "line": name}, **other})


def rows(store: Store) -> list[Outgoing]:
    return store.outbox.due(NOW, 1000)


def fold_all(store: Store) -> list[str]:
    """Fold as the sender does; the texts that are left, in the order in which they go."""
    for fold in list(folds(rows(store), NOW)):
        assert store.outbox.fold(fold.members, fold.letter)
    return [str(row.body["text"]) for row in rows(store)]


def test_five_notices_are_five_messages_and_six_are_one(store: Store) -> None:
    store.outbox.add([notice(f"n{number}") for number in range(MANY)])
    assert fold_all(store) == [f"n{number}, at length" for number in range(MANY)]

    store.outbox.add([notice("last")])
    assert fold_all(store) == [
        "🔔 <b>6 notices at once</b>\nn0\nn1\nn2\nn3\nn4\nlast",
    ]


def test_stops_answers_buttons_and_what_was_tried_are_never_folded(store: Store) -> None:
    buttons = {"text": "held", "line": "held", "buttons": [[{"label": "Adopt", "data": "x"}]]}
    kept = [
        notice("stop", priority=0),
        letter("an answer"),
        notice("asks", body=buttons),
        notice("tried", tries=1),
        notice("mode", kind="mode"),
    ]
    store.outbox.add([*kept, *(notice(f"n{number}") for number in range(MANY))])
    assert len(fold_all(store)) == len(kept) + MANY
    store.outbox.add([notice("n5")])
    fold_all(store)
    assert {row.dedupe for row in rows(store)} >= {row.dedupe for row in kept}
    assert len(rows(store)) == len(kept) + 1


def test_each_chat_is_folded_by_itself_and_a_long_queue_into_several(store: Store) -> None:
    mine = [notice(f"a{number}") for number in range(LINES * 2 + 1)]
    hers = [notice(f"b{number}", chat_id=80) for number in range(MANY)]
    store.outbox.add([*mine, *hers])
    texts = fold_all(store)
    folded = [text for text in texts if "at once" in text]
    assert [text.count("\n") for text in folded] == [LINES, LINES]
    told = "\n".join(texts).replace(", at length", "").split("\n")
    assert all(told.count(row.dedupe) == 1 for row in [*mine, *hers])


def test_a_fold_replies_to_what_all_of_its_notices_reply_to(store: Store) -> None:
    store.outbox.add([notice(f"n{number}", reply_to=5) for number in range(6)])
    store.outbox.add([notice(f"m{number}", chat_id=80, reply_to=number) for number in range(6)])
    fold_all(store)
    assert {row.chat_id: row.reply_to for row in rows(store)} == {70: 5, 80: None}


def test_a_fold_has_the_importance_of_its_most_important(store: Store) -> None:
    store.outbox.add([notice(f"n{number}", priority=3 - number % 2) for number in range(6)])
    fold_all(store)
    assert [row.priority for row in rows(store)] == [2]


def test_what_was_sent_meanwhile_is_not_folded_and_nothing_is_lost(store: Store) -> None:
    store.outbox.add([notice(f"n{number}") for number in range(6)])
    [fold] = folds(rows(store), NOW)
    store.outbox.sent([Sent(fold.members[0], 991, NOW)])
    assert not store.outbox.fold(fold.members, fold.letter)
    assert [row.dedupe for row in rows(store)] == ["n1", "n2", "n3", "n4", "n5"]
    assert list(folds(rows(store), NOW)) == []


def test_an_order_in_a_line_has_all_that_matters_of_it() -> None:
    bought = filled(intent("pg-1"))
    assert order_line(bought) == (
        "✅ 🔴🧪 Bought 0.00003281 BTC/USDT at 64,000.01 for $2.10, fee $0.0021. "
        "ID <code>991</code>"
    )
    why = Problem(code="trades_used", message="20 of 20 trades used < today")
    denied = replace(bought, status=Status.DENIED, executed=bought.fee * 0, problem=why)
    assert order_line(denied) == (
        "✋ 🔴🧪 buy $2.10 of BTC/USDT denied: 20 of 20 trades used &lt; today"
    )
    sale = replace(bought.intent, side=Side.SELL, mode=Mode.PAPER)
    part = replace(bought, intent=sale, status=Status.CANCELED, sandbox=False)
    assert order_line(part).startswith("✅ 📝 Sold 0.00003281 BTC/USDT")
    assert "fee $0.0021, a part." in order_line(part)


@pytest.fixture
async def slow(tmp_path: Path) -> AsyncIterator[DoorWorld]:
    """A door that says five things at once, then one after a while, as Telegram wants it."""
    async with door_world(tmp_path) as world:
        await world.crash()
        world.timing = replace(world.timing, pace=Pace(1, 5, 100, 0.02))
        await world.begin()
        await world.ann.say("/help")
        await world.ann.expect("/testbuy", timeout=3)
        await world.delivered()
        world.ann.read()
        yield world


def named(world: DoorWorld) -> list[str]:
    """Every notice that a person has been told, whether alone or in a line."""
    texts = "\n".join(one.text for one in world.ann.read())
    return [line.removesuffix(", at length") for line in texts.split("\n") if line[0] == "n"]


def many(world: DoorWorld, count: int) -> list[Outgoing]:
    names = [f"n{number}" for number in range(count)]
    return [
        world.letter("", body={"text": f"{name}, at length", "line": name}, priority=1)
        for name in names
    ]


async def test_forty_fills_at_once_are_few_messages_and_each_is_told(slow: DoorWorld) -> None:
    before = len(slow.telegram.calls("sendMessage"))
    await slow.post(*many(slow, 40))
    await slow.delivered()
    assert sorted(named(slow)) == sorted(f"n{number}" for number in range(40))
    assert len(slow.telegram.calls("sendMessage")) - before <= 4


async def test_a_flood_and_a_crash_between_lose_none_of_them(slow: DoorWorld) -> None:
    """Telegram says 429 for a second; twelve orders end meanwhile; the bot dies and comes back."""
    slow.telegram.flood_next(1, 1)
    await slow.post(slow.letter("n-first"))
    async with asyncio.timeout(3):
        while slow.store.outbox.held(OWNER) is None:
            await asyncio.sleep(0.01)
    await slow.post(*many(slow, 12))
    await slow.crash()
    await slow.begin()
    await slow.delivered()
    told = slow.ann.read()
    assert [one.text.split("\n")[0] for one in told] == ["🔔 12 notices at once", "n-first"]
    assert told[0].text.split("\n")[1:] == [f"n{number}" for number in range(12)]
    assert [call.status for call in slow.telegram.calls("sendMessage")].count(429) == 1


async def test_a_fold_whose_answer_is_lost_is_told_again_whole(slow: DoorWorld) -> None:
    await slow.crash()
    slow.store.outbox.add(many(slow, 8))
    slow.telegram.lose_next_answer("sendMessage", 1)
    await slow.begin()
    await slow.delivered()
    told = [one.text for one in slow.ann.read()]
    assert len(told) == 2 and told[0] == told[1]
    assert told[0].startswith("🔔 8 notices at once\nn0\n")


async def test_a_stop_is_told_by_itself_before_all_notices(slow: DoorWorld) -> None:
    await slow.crash()
    stop = slow.letter("", body={"text": "gate closed", "line": "gate closed"}, priority=0)
    slow.store.outbox.add([*many(slow, 8), stop])
    await slow.begin()
    await slow.delivered()
    assert [one.text.split("\n")[0] for one in slow.ann.read()] == [
        "gate closed",
        "🔔 8 notices at once",
    ]
