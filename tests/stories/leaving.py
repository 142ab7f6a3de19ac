"""Everything sold, in the stories: what is held first, and the question and its button.

Alone because each story begins and ends alike, and should tell only what is its own.

May import: sandbox, stopgate, ways, wire.
"""

from collections.abc import Callable
from decimal import Decimal

from piggybot.sandbox.holds import Hold
from piggybot.sandbox.telegram_people import Person
from piggybot.sandbox.telegram_shown import Shown
from proxy.stopgate import StopGate
from proxy.ways import Way
from proxy.wire import Mode
from tests.stories.steps import account
from tests.world import World

NOW = "Sell everything now"
PRICE = "/api/v3/ticker/price"
THROUGH = "🏁 Flatten 🛑 HALTED → 🟠 REDUCING → 🛑 HALTED 🧪"
ASKED = "Sell everything that I bought?"


async def bought(world: World, *what: str, person: Person | None = None) -> None:
    """Hold bitcoin and ether, or what is named."""
    ann = person or world.ann
    for one in what or ("/testbuy 9 BTC", "/buy 20 ETH"):
        await ann.say(one)
        if one.startswith("/buy") and (await ann.expect("ETH/USDT")).labels:
            await ann.press("🔴 Buy")
        await ann.expect("Order ID")


async def stopped(world: World, person: Person | None = None) -> Shown:
    """The stop's second message."""
    ann = person or world.ann
    await ann.say("/stop")
    return await ann.expect("Stop complete")


async def asked(world: World, person: Person | None = None) -> Shown:
    ann = person or world.ann
    await ann.say("/flatten")
    return await ann.expect(ASKED)


async def flattened(world: World, person: Person | None = None) -> Shown:
    """Asked, pressed, and told."""
    ann = person or world.ann
    await asked(world, ann)
    await ann.press(NOW)
    return await ann.expect("🏁")


def sells(world: World) -> list[tuple[str, str]]:
    """The sells in the exchange's own books, by coin, and how each ended."""
    orders = [one for one in world.exchange.books.orders if one.wanted.side == "SELL"]
    return sorted((one.wanted.symbol.base, one.status) for one in orders)


def own(world: World, asset: str, free: str) -> None:
    """So many coins are there in all, whoever bought them."""
    world.exchange.books.accounts[world.key.api_key].holding(asset).free = Decimal(free)


async def held_before_the_gate(world: World, begun: Callable[[], bool]) -> Hold:
    """Press, and let the sells wait for their price; what is asked before `begun` gets its own."""
    hold = world.exchange.hold("before", "GET", PRICE)
    await world.ann.press(NOW)
    while True:
        await hold.arrived()
        if begun():
            return hold
        following = world.exchange.hold("before", "GET", PRICE)
        world.clock.jump(3)
        hold.release()
        hold = following


async def holds(world: World, person: Person | None = None) -> dict[str, Decimal]:
    """What our own fills hold by the proxy's journal, by market."""
    return {one.symbol: one.units for one in (await account(world, person)).holdings}


def ways(world: World) -> list[Way]:
    """The ways out that stand open at the proxy."""
    assert world.proxy.app is not None
    gate: StopGate = world.proxy.app.state.house.desk._parts.gate
    return gate.ways


async def way_is_shut(world: World) -> bool:
    """The proxy would let nothing pass: no way stands open, and the account is stopped."""
    return not ways(world) and (await account(world)).mode is Mode.HALTED


async def watched(world: World) -> None:
    """What the proxy does every second."""
    assert world.proxy.app is not None
    desk = world.proxy.app.state.house.desk
    await desk.watch_once()
    await desk.idle()
