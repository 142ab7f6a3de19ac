"""Two people with accounts of their own: neither sees or moves anything of the other's.

What the exchange's books hold is counted key by key.
"""

from dataclasses import dataclass
from decimal import Decimal

import httpx
import pytest

from piggybot.core.orders import Order
from piggybot.sandbox.books import Account
from piggybot.sandbox.telegram_people import Person
from piggybot.store import KeyRow
from piggybot.store import Person as Known
from proxy.wire import AccountOut
from tests.stories.bad_input import answer_to
from tests.stories.conftest import MakeWorld
from tests.world import PROXY_TOKEN, World

pytestmark = pytest.mark.anyio

TOKEN = {"Authorization": f"Bearer {PROXY_TOKEN}"}


@dataclass(frozen=True, slots=True)
class Two:
    """Ann owns the bot, Bob is a member; each has a key of their own."""

    world: World
    bob: Person
    bobs_key: Account

    @property
    def ann(self) -> Person:
        return self.world.ann

    def sent(self, key: Account) -> int:
        """How many orders the exchange's books hold of that key."""
        return sum(one.api_key == key.api_key for one in self.world.exchange.books.orders)

    @property
    def counts(self) -> tuple[int, int]:
        """The orders in the exchange's books: Ann's, Bob's."""
        return self.sent(self.world.key), self.sent(self.bobs_key)

    async def ask(self, person: Person, text: str) -> str:
        return await answer_to(self.world, person, text)

    async def buy(self, person: Person) -> str:
        return await self.ask(person, "/testbuy 2")

    def known(self, person: Person) -> Known:
        assert self.world.bot.bot is not None
        found = self.world.bot.bot.store.people.find(person.id)
        assert found is not None
        return found

    def orders(self, person: Person) -> list[Order]:
        assert self.world.bot.bot is not None
        return self.world.bot.bot.store.orders.all_of(self.known(person).user_id)

    def keys(self, person: Person) -> list[KeyRow]:
        assert self.world.bot.bot is not None
        return self.world.bot.bot.store.keys.all_of(self.known(person).user_id)

    async def account(self, person: Person) -> AccountOut:
        answer = await self.http("GET", f"/api/account/{self.known(person).user_id}")
        return AccountOut.model_validate_json(answer.content)

    async def http(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        url = self.world.proxy.url
        async with httpx.AsyncClient(base_url=url, trust_env=False, verify=False) as client:
            return await client.request(method, path, json=body, headers={**TOKEN, **named})


@pytest.fixture
async def two(make_world: MakeWorld) -> Two:
    """Both trade live, and hold nothing yet."""
    world = await make_world(bot={"member_ids": (1002,)})
    await world.pair()
    await world.keys()
    await world.live()
    bob = world.telegram.person(1002, "Bob")
    two = Two(world, bob, world.exchange.add_key(balances={"USDT": "3000"}))
    await bob.say("/start")
    await bob.expect("Hello Bob")
    await world.keys(bob, two.bobs_key)
    await world.live(bob)
    return two


async def test_each_order_is_signed_with_the_key_of_whoever_typed_it(two: Two) -> None:
    assert "Live order submitted" in await two.buy(two.bob)
    assert two.counts == (0, 1)
    assert "Live order submitted" in await two.buy(two.ann)
    assert "Live order submitted" in await two.buy(two.ann)
    assert two.counts == (2, 1)


async def test_what_one_looks_at_holds_nothing_of_the_other(two: Two) -> None:
    await two.buy(two.ann)
    assert "10000" not in (balance := await two.ask(two.bob, "/balance"))
    assert "3000" in balance
    assert await two.ask(two.bob, "/trades") == "No trades yet. /testbuy 2 makes a first one."
    status = await two.ask(two.bob, "/status")
    assert "0 of 20 trades, $0.00 spent" in status
    assert "Held by the bot: nothing" in status
    assert f"…{two.world.key.api_key[-4:]}" not in status

    await two.ask(two.bob, "/export")
    table = two.bob.last.document
    assert table is not None
    assert len(table.decode().splitlines()) == 1
    assert "1 of 20 trades" in await two.ask(two.ann, "/status")

    [order] = two.orders(two.ann)
    hers = {two.known(two.ann).user_id, order.intent.client_id, two.world.key.api_key}
    told = "\n".join(one.text for one in two.bob.messages)
    assert not [word for word in hers if word in told]


async def test_an_order_of_the_other_is_not_there_at_the_proxy(two: Two) -> None:
    await two.buy(two.ann)
    [order] = two.orders(two.ann)
    order_id, bob = order.intent.client_id, two.known(two.bob).user_id
    absent = (404, "unknown_order")

    seen = await two.http("GET", f"/api/orders/{order_id}?userId={bob}")
    void = await two.http("POST", f"/api/orders/{order_id}/void", {"userId": bob})
    assert (seen.status_code, seen.json()["error"]["code"]) == absent
    assert (void.status_code, void.json()["error"]["code"]) == absent

    wanted = {"userId": bob, "exchange": "binanceus", "side": "BUY", "symbol": "BTC/USDT"}
    again = await two.http(
        "POST", "/api/trade", {**wanted, "amountUsd": "2"}, idempotency_key=order_id
    )
    assert (again.status_code, again.json()["error"]["code"]) == (409, "id_reused")
    assert two.counts == (1, 0)


async def test_a_sealed_key_of_the_other_does_not_open(two: Two) -> None:
    [row] = two.keys(two.ann)
    stolen = {"userId": two.known(two.bob).user_id, "exchange": "binanceus"}
    stolen |= {"apiKey": row.sealed_key, "sealed": row.sealed_secret}
    answer = await two.http("POST", "/api/credentials", stolen)
    assert (answer.status_code, answer.json()["error"]) == (409, "sealed_text_refused")
    await two.buy(two.bob)
    assert two.counts == (0, 1), "Bob's own key is still the one that signs"


async def test_a_button_works_for_nobody_else(two: Two) -> None:
    assert "Buy $5.00" in await two.ask(two.ann, "/buy 5")
    await two.bob.press("Buy $5.00", chat=two.ann.id)
    assert "No trades yet" in await two.ask(two.bob, "/trades")
    assert two.counts == (0, 0)
    assert [text for text in two.ann.alerts if text] == [
        "This button is not yours. Nothing was done."
    ]

    await two.ann.press("Buy $5.00")
    await two.ann.expect("Live order submitted")
    assert two.counts == (1, 0)


async def test_one_sells_only_what_one_has_bought(two: Two) -> None:
    await two.buy(two.ann)
    assert "There is nothing to sell" in await two.ask(two.bob, "/sell all BTC")
    theirs = {"exchange": "binanceus", "side": "SELL", "symbol": "BTC/USDT", "amountUsd": "2"}
    sold = await two.http("POST", "/api/trade", {**theirs, "userId": two.known(two.bob).user_id})
    assert sold.json()["error"]["code"] == "nothing_held"
    assert two.counts == (1, 0)
    assert two.bobs_key.balances["USDT"].free == Decimal(3000)


async def test_a_members_stop_halts_the_member_alone(two: Two) -> None:
    await two.bob.say("/stop")
    await two.bob.expect("the gate is closed for your account")
    await two.bob.expect("Stop complete")
    assert "A stop is in force" in await two.buy(two.bob)
    assert "Live order submitted" in await two.buy(two.ann)
    assert two.counts == (1, 0)
    assert not [one for one in two.ann.messages if "🛑" in one.text]

    assert "End the stop for your account?" in await two.ask(two.bob, "/resume")
    await two.bob.press("Resume")
    await two.bob.expect("The stop is over.")
    assert (await two.account(two.bob)).mode == "PAPER"
    assert (await two.account(two.ann)).mode == "LIVE"


async def test_the_owners_stop_halts_all_and_no_member_lifts_it(two: Two) -> None:
    await two.ann.say("/stop")
    await two.ann.expect("the gate is closed for all accounts")
    await two.ann.expect("Stop complete")
    assert "A stop is in force" in await two.buy(two.bob)

    await two.ask(two.bob, "/resume")
    await two.bob.press("Resume")
    await two.bob.expect("A stop for all accounts is in force.")
    assert "A stop is in force" in await two.buy(two.bob)
    assert "A stop is in force" in await two.buy(two.ann)

    await two.ask(two.ann, "/resume")
    await two.ann.press("Resume")
    await two.ann.expect("The stop is over.")
    assert (await two.account(two.ann)).mode == "PAPER"
    assert (await two.account(two.bob)).mode == "HALTED", "each resumes their own account"
    assert "A stop is in force" in await two.buy(two.bob)

    await two.ask(two.bob, "/resume")
    await two.bob.press("Resume")
    await two.bob.expect("The stop is over.")
    assert "📝 PAPER" in await two.buy(two.bob)
    assert two.counts == (0, 0)


async def test_live_off_and_limits_of_one_are_not_the_others(two: Two) -> None:
    assert "Live trading is off." in await two.ask(two.bob, "/live off")
    assert "Limits changed." in await two.ask(two.bob, "/limits day 0")
    assert "0 of 0 trades used today" in await two.buy(two.bob)
    ann = await two.account(two.ann)
    assert (ann.mode, ann.limits.maxTradesPerDay) == ("LIVE", 20)
    assert "Live order submitted" in await two.buy(two.ann)
    assert two.counts == (1, 0)


async def test_forgetting_a_key_leaves_the_others_key(two: Two) -> None:
    await two.ask(two.bob, "/forget")
    await two.bob.press("Remove the key")
    await two.bob.expect("Removed here and at the trading service: binanceus.")
    assert two.keys(two.bob) == []
    assert (await two.account(two.bob)).keys == []
    assert len(two.keys(two.ann)) == 1
    assert "Live order submitted" in await two.buy(two.ann)
    assert "📝 PAPER" in await two.buy(two.bob)
    assert two.counts == (1, 0)
