"""Steps that several stories share: looking into the books, and into every byte that was kept.

Alone because a story should read as one: what was typed, what the books say, what was told.

May import: core, sandbox, store, wire.
"""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from piggybot.sandbox.books import Order
from piggybot.sandbox.telegram_people import Person
from piggybot.sandbox.telegram_shown import NotSeen, Shown
from proxy.wire import AccountOut
from tests.world import World

ROUNDS = 100
NOTHING_MORE = "is my way to see that you have said all"


async def silence(person: Person) -> None:
    """Return when the bot has answered a later command: all before it has been dealt with."""
    await person.say(f"/{NOTHING_MORE.split(maxsplit=1)[0]}")
    await person.expect("I do not know /is")


async def heard(person: Person, text: str) -> int:
    """How many messages of the bot hold this text by now; asks for a later answer first."""
    await silence(person)
    return sum(text in one.text for one in person.messages if one.from_bot)


def free(world: World, asset: str) -> Decimal:
    """What the exchange's own books say that Ann's key owns."""
    return world.exchange.books.accounts[world.key.api_key].holding(asset).free


def price(world: World, btc: str) -> None:
    """Bitcoin costs this from now on; prices that the proxy has just asked for have grown old."""
    world.exchange.market.set_price("BTCUSDT", Decimal(btc))
    world.clock.jump(6)


def orders(world: World) -> list[Order]:
    return world.exchange.books.orders


def one_order(world: World) -> Order:
    """The only order in the exchange's books, and the only one that it was ever sent."""
    [order] = world.exchange.books.orders
    assert world.posts == 1
    return order


async def buy_asked(world: World, usd: str) -> None:
    """Buy for more than a test buy may without asking: the priced button is pressed."""
    await world.ann.say(f"/buy {usd}")
    await world.ann.expect("Real money.")
    await world.ann.press("Buy")
    await world.ann.expect("Live order submitted")


def nothing_sent(world: World) -> bool:
    return world.posts == 0 and not world.exchange.books.orders


async def account(world: World, person: Person | None = None) -> AccountOut:
    """The account as the proxy has it."""
    assert world.bot.bot is not None
    bot = world.bot.bot
    found = bot.store.people.find((person or world.ann).id)
    assert found is not None
    return await bot._broker.account(found.user_id)


def files_with(folder: Path, secrets: Iterable[str]) -> list[str]:
    """Every file below the folder that holds one of these texts, in any of its bytes."""
    wanted = [secret.encode() for secret in secrets]
    found = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        content = path.read_bytes()
        found += [path.name for secret in wanted if secret in content]
    return found


async def settled(world: World, text: str) -> Shown:
    """Ask after open orders, faster than life, until the bot tells this."""
    assert world.bot.bot is not None
    since = world.ann.mark
    for _ in range(ROUNDS):
        await world.bot.bot.ticks.settle()
        try:
            return await world.ann.expect(text, timeout=0.05, since=since)
        except NotSeen:
            continue
    return await world.ann.expect(text, timeout=0, since=since)
