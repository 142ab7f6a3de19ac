"""Stop, health and the clock: what happens without being asked, and what survives.

May import: chat, core, desk, store, wire.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from piggybot.latches import NO_ENTRIES, NO_LIVE_ENTRIES, held
from proxy.wire import Mode
from tests.bot.bench import Bench

pytestmark = pytest.mark.anyio


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


async def test_stop_says_closed_then_settled_and_halts(bench: Bench) -> None:
    await bench.say("/start")
    bench.broker.settled = False
    [closed] = await bench.say("/stop")
    assert "the gate is closed for all accounts" in closed
    assert await bench.heard(bench.ticks.errands()) == []

    bench.broker.settled = True
    [settled] = await bench.heard(bench.ticks.errands())
    assert "nothing in flight, 1 cancelled, 0 unknown" in settled
    assert await bench.heard(bench.ticks.errands()) == []
    stops = [each.priority for each in bench.letters() if "🛑 Stop" in str(each.body["text"])]
    assert stops == [0, 0]
    assert bench.broker.accounts["user-7"].mode is Mode.HALTED


async def test_stop_before_the_account_is_known_at_the_proxy(bench: Bench) -> None:
    bench.join(8, owner=False)
    told = await bench.say("/stop", by=8)
    assert "the gate is closed for your account" in told[0]
    assert bench.broker.accounts["user-8"].mode is Mode.HALTED


async def test_stop_without_the_proxy_says_what_is_not_stopped_and_keeps_trying(
    bench: Bench,
) -> None:
    await bench.say("/start")
    bench.broker.down = True
    [told] = await bench.say("/stop")
    assert "This bot is stopped: it sends nothing more" in told
    assert "The trading service has not got the stop" in told
    assert "an order that is there already, or at the exchange" in told
    assert await bench.heard(bench.ticks.errands()) == []

    bench.restart()
    assert "A stop is in force" in (await bench.say("/testbuy 2"))[0] or bench.broker.down
    bench.broker.down = False
    closed, settled = await bench.heard(bench.ticks.errands())
    assert "the gate is closed" in closed
    assert "nothing in flight" in settled
    assert bench.broker.posts == []


async def test_a_members_stop_halts_their_account_only(bench: Bench) -> None:
    bench.join(8, owner=False)
    await bench.say("/start")
    await bench.say("/stop", by=8)
    assert bench.broker.accounts["user-7"].mode is Mode.PAPER
    assert "✅ Bought" in (await bench.say("/testbuy 2"))[0]
    assert "A stop is in force" in (await bench.say("/testbuy 2", by=8))[0]


async def test_the_owners_stop_halts_everyone_and_a_member_cannot_lift_it(bench: Bench) -> None:
    bench.join(8, owner=False)
    await bench.say("/start", by=8)
    await bench.say("/stop")
    told = await bench.say("/testbuy 2", by=8)
    assert "A stop is in force" in told[-1]
    assert bench.store.flags.get("stop:all") is not None


async def test_resume_asks_and_never_comes_back_live(bench: Bench) -> None:
    await bench.say("/start")
    bench.broker.accounts["user-7"].mode = Mode.LIVE
    await bench.say("/stop")
    [question] = await bench.say("/resume")
    assert "Never as LIVE" in question
    assert bench.broker.accounts["user-7"].mode is Mode.HALTED
    [told] = await bench.press("▶️ Resume")
    assert "Mode: 📝 PAPER" in told
    assert bench.store.flags.get("stop:all") is None
    assert "✅ Bought" in (await bench.say("/testbuy 2"))[0]


async def test_resume_delivers_a_stop_that_had_not_arrived_before_it_ends_it(bench: Bench) -> None:
    await bench.say("/start")
    bench.broker.down = True
    await bench.say("/stop")
    await bench.say("/resume")
    told = await bench.press("▶️ Resume")
    assert "❌ The stop still holds here. The trading service cannot be reached." in told[-1]
    assert bench.store.flags.get("stop:all") is not None

    bench.broker.down = False
    await bench.say("/resume")
    await bench.press("▶️ Resume")
    assert bench.broker.calls.index("stop") < bench.broker.calls.index("mode PAPER")
    assert bench.store.flags.get("stop:all") is None


async def test_three_silences_suspend_buys_durably_and_tell(bench: Bench) -> None:
    await bench.say("/start")
    bench.broker.accounts["user-7"].mode = Mode.LIVE
    await bench.ticks.health()
    bench.broker.down = True
    assert await bench.heard(bench.ticks.health()) == []
    assert await bench.heard(bench.ticks.health()) == []
    [told] = await bench.heard(bench.ticks.health())
    assert "🔴 LIVE 🧪" in told
    assert "has not answered three times in a row" in told
    assert "Live trading ends" in told
    assert await bench.heard(bench.ticks.health()) == []
    bench.restart()
    assert bench.store.flags.get(NO_ENTRIES) is not None


async def test_recovery_ends_live_first_then_allows_buys_and_tells(bench: Bench) -> None:
    await bench.say("/start")
    bench.broker.accounts["user-7"].mode = Mode.LIVE
    await bench.ticks.health()
    bench.broker.down = True
    for _ in range(3):
        await bench.ticks.health()
    bench.broker.down = False
    bench.restart()
    latched: list[object] = []
    mode = bench.broker.mode

    async def look_first(request):  # type: ignore[no-untyped-def]
        latched.append(bench.store.flags.get(held("user-7")))
        return await mode(request)

    bench.broker.mode = look_first  # type: ignore[method-assign]
    told = await bench.heard(bench.ticks.health())
    assert latched == ["the trading service does not answer"]
    assert "✅ The trading service answers again." in told[-1]
    assert "Only you turn it on again: /live on" in told[-1]
    assert bench.broker.accounts["user-7"].mode is Mode.PAPER
    assert bench.store.flags.beginning(NO_ENTRIES) == {}


async def test_two_failures_are_forgotten_by_a_success(bench: Bench) -> None:
    for down in (True, True, False, True, True):
        bench.broker.down = down
        await bench.ticks.health()
    assert bench.store.flags.get(NO_ENTRIES) is None


async def test_a_mode_that_the_proxy_changed_by_itself_is_pinned_and_told(bench: Bench) -> None:
    await bench.say("/start")
    account = bench.broker.accounts["user-7"]
    account.mode = Mode.LIVE
    await bench.ticks.health()
    account.mode, account.reason = Mode.REDUCING, "5% daily loss reached."
    [told] = await bench.heard(bench.ticks.health())
    assert "🟠 REDUCING" in told
    assert "5% daily loss reached." in told
    pins = [each.body["text"] for each in bench.letters() if each.kind == "mode"]
    assert "🟠 REDUCING" in pins[-1]
    assert await bench.heard(bench.ticks.health()) == []


async def test_a_mode_that_was_asked_for_is_pinned_without_a_second_notice(bench: Bench) -> None:
    await bench.say("/start")
    bench.broker.accounts["user-7"].mode = Mode.LIVE
    await bench.ticks.health()
    told = await bench.say("/live off")
    assert len(told) == 1
    pins = [each.body["text"] for each in bench.letters() if each.kind == "mode"]
    assert "📝 PAPER" in pins[-1]


async def test_five_minutes_without_telegram_suspend_live_buys_until_it_is_back(
    bench: Bench,
) -> None:
    bench.polling_down = bench.now
    bench.later(minutes=4)
    await bench.ticks.health()
    assert bench.store.flags.get(NO_LIVE_ENTRIES) is None
    bench.later(minutes=1)
    await bench.ticks.health()
    assert "12:00 UTC" in (bench.store.flags.get(NO_LIVE_ENTRIES) or "")
    bench.polling_down = None
    [told] = await bench.heard(bench.ticks.health())
    assert "Telegram did not answer me since 12:00 UTC" in told
    assert bench.store.flags.get(NO_LIVE_ENTRIES) is None


async def test_the_sealing_key_is_kept_for_the_door(bench: Bench) -> None:
    await bench.ticks.health()
    assert "cHVibGlj" in (bench.store.flags.get("sealing_key") or "")


async def test_health_shows_the_latch(bench: Bench) -> None:
    bench.store.flags.put(NO_ENTRIES, "the trading service does not answer")
    [told] = await bench.say("/health")
    assert "✅ Backend health: OK" in told
    assert "No buys for now: the trading service does not answer" in told
    bench.broker.down = True
    [told] = await bench.say("/health")
    assert "❌ Backend health: The trading service cannot be reached." in told


async def test_the_clock_starts_and_stops_and_the_days_turn_prunes(bench: Bench) -> None:
    bench.ticks.start()
    bench.ticks.stop()
    await bench.ticks.new_day()
    await bench.ticks.sweep()
    assert bench.woken > 0


async def test_resume_without_a_stop_asks_nothing(bench: Bench) -> None:
    await bench.say("/start")
    assert await bench.say("/resume") == ["No stop is in force. /status shows everything."]


async def test_the_clock_does_not_post_a_stop_that_is_being_posted(bench: Bench) -> None:
    await bench.say("/start")
    stop = bench.broker.stop

    async def slow(request):  # type: ignore[no-untyped-def]
        await bench.ticks.errands()
        return await stop(request)

    bench.broker.stop = slow  # type: ignore[method-assign]
    closed, settled = await bench.say("/stop")
    assert "the gate is closed" in closed
    assert "1 cancelled" in settled
    assert bench.broker.calls.count("stop") == 1
