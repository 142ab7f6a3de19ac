"""/validate: the exchange's reason in words, and nothing kept of a key that it refuses.

May import: nothing of ours.
"""

import pytest

from tests.stories.steps import account, nothing_sent
from tests.world import World

pytestmark = pytest.mark.anyio


async def refused(world: World, words: str, exchange: str = "binanceus") -> str:
    """Save Ann's key, have it refused in these words; it is kept nowhere as a good one."""
    await world.ann.say(f"/setkeys {exchange} {world.key.api_key} {world.key.secret}")
    await world.ann.expect("Keys saved")
    await world.ann.say("/validate")
    told = await world.ann.expect(words)
    assert "Validation status: ❌ not validated" in told.text
    assert told.labels == ("🔑 Save keys again",)
    assert (await account(world)).keys == []
    await world.ann.say("/status")
    assert "not validated: /validate" in (await world.ann.expect("userId:")).text
    await world.ann.say("/live on")
    await world.ann.expect("Validate & Sync credentials of")
    assert nothing_sent(world)
    return told.text


async def test_a_good_key_is_validated_with_what_it_may_do(world: World) -> None:
    await world.ann.say(f"/setkeys binanceus {world.key.api_key} {world.key.secret}")
    await world.ann.expect("Keys saved")
    await world.ann.say("/validate")
    told = await world.ann.expect("Credentials validated and synced for binanceus.")
    assert "Trade: yes" in told.text
    assert "Withdraw: the exchange does not tell" in told.text
    assert "Binance.US does not tell whether the key can withdraw" in told.text
    assert "🧪" in told.text
    assert world.exchange.count("GET", "/api/v3/account") >= 1
    [key] = (await account(world)).keys
    assert key.validated
    assert nothing_sent(world), "only a test order, which never reaches the engine"


async def test_an_unknown_key(world: World) -> None:
    world.exchange.books.accounts.clear()
    told = await refused(world, "Binance.US refuses this API key: it is not valid, or")
    assert "ip_not_allowed_or_no_permission" in told


async def test_a_key_of_the_wrong_form(world: World) -> None:
    world.key.api_key = "short-key"
    await refused(world, "Binance.US does not know this API key.")


async def test_a_wrong_signature(world: World) -> None:
    world.key.secret = world.key.secret[::-1]
    world.exchange.books.accounts[world.key.api_key] = world.exchange.add_key()
    told = await refused(world, "the signature is not valid")
    assert "invalid_signature" in told


async def test_an_address_that_is_not_on_the_list(world: World) -> None:
    world.key.ip_refused = True
    await refused(world, "this computer's IP address is not on the key's list")


async def test_a_key_that_may_not_trade(world: World) -> None:
    world.key.can_trade = False
    told = await refused(world, "the key may not trade spot")
    assert "no_spot_permission" in told


async def test_a_key_that_can_withdraw_is_refused(world: World) -> None:
    world.key.can_withdraw = True
    told = await refused(world, "can withdraw", "binance")
    assert "withdrawal_permitted" in told
    assert "make a key that may only read and trade spot" in told


async def test_the_other_venue_works_end_to_end(world: World) -> None:
    world.key.ip_restricted = True
    await world.ann.say(f"/setkeys binance {world.key.api_key} {world.key.secret}")
    await world.ann.expect("Keys saved for binance")
    await world.ann.say("/validate")
    told = await world.ann.expect("Credentials validated and synced for binance.")
    assert "Withdraw: no" in told.text
    assert "Bound to an IP address: yes" in told.text
    await world.live()
    await world.ann.say("/testbuy 2")
    await world.ann.expect("Live order submitted. Order ID:")
    assert len(world.exchange.books.orders) == world.posts == 1


async def test_a_clock_that_is_off_is_measured_again_and_the_key_is_validated(
    world: World,
) -> None:
    await world.exchange.misbehave("clock-skew", seconds=90)
    await world.keys()


async def test_a_clock_that_stays_off_is_told(world: World) -> None:
    await world.exchange.misbehave("code-1021-before", method="GET", path="/api/v3/account")
    await refused(world, "Binance.US refused the request's time: this computer's clock is")


async def test_another_exchange_is_chosen_on_paper_only(live: World) -> None:
    await live.ann.say("/testbuy 10")
    await live.ann.expect("Live order submitted")
    await live.ann.say(f"/setkeys binance {live.key.api_key} {live.key.secret}")
    await live.ann.expect("This account is LIVE at binanceus, so it cannot change")
    await live.ann.say("/sell all")
    await live.ann.expect("Real money.")
    await live.ann.press("Sell")
    await live.ann.expect("✅ Sold")


async def test_paper_moves_to_the_exchange_whose_key_is_saved_and_says_what_is_where(
    world: World,
) -> None:
    await world.ann.say("/testbuy 5")
    await world.ann.expect("Paper order filled")
    await world.ann.say(f"/setkeys binance {world.key.api_key} {world.key.secret}")
    await world.ann.expect("Keys saved for binance")
    await world.ann.say("/sell all")
    await world.ann.expect("There is nothing to sell")
    await world.ann.say("/testbuy 3")
    await world.ann.expect("Paper order filled")
    await world.ann.say("/balance")
    assert "9997." in (await world.ann.expect("Total:")).text, "three were spent there, not five"
    await world.ann.say("/validate")
    await world.ann.expect("validated and synced")
    await world.ann.say("/status")
    assert " BTC at binanceus" in (await world.ann.expect("Held by the bot:")).text
    await world.ann.say("/sell all")
    await world.ann.expect("✅ Sold")
    await world.ann.say("/sell all")
    await world.ann.expect("too little to sell")


async def test_an_exchange_out_of_reach_says_nothing_about_the_key(world: World) -> None:
    await world.exchange.misbehave("refused")
    await world.ann.say(f"/setkeys binanceus {world.key.api_key} {world.key.secret}")
    await world.ann.expect("Keys saved")
    await world.ann.say("/validate")
    await world.ann.expect("Binance.US")
    assert (await account(world)).keys == []
    await world.exchange.misbehave("ok")
    await world.ann.say("/validate")
    await world.ann.expect("validated and synced")
