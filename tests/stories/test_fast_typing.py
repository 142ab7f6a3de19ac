"""Messages that come faster than they are answered still mean what their writer meant."""

import pytest

from tests.world import World

pytestmark = pytest.mark.anyio


async def test_a_press_a_key_and_a_secret_in_one_breath_are_not_mixed_up(world: World) -> None:
    await world.ann.say("/setkeys")
    await world.ann.expect("Which exchange")
    await world.ann.press("Binance.US")
    await world.ann.say(world.key.api_key)
    await world.ann.say(world.key.secret)

    saved = await world.ann.expect("Keys saved")
    assert world.key.secret[-4:] not in saved.text
    await world.ann.say("/validate")
    await world.ann.expect("validated and synced")
