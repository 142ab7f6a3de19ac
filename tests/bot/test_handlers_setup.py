"""Setting up, as a person reads it: start, setkeys, validate, live, cancel.

May import: chat, core, store, wire.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from piggybot.core.runs import RunState
from piggybot.latches import NO_ENTRIES
from proxy.wire import Mode, Problem
from tests.bot.bench import OWNER, Bench
from tests.bot.values import run

pytestmark = pytest.mark.anyio
KEY, SECRET = "hpke1:abcd1234:S0VZ", "hpke1:abcd1234:U0VDUkVU"
LIVE = "🔴 ENABLE LIVE TRADING (I understand the risks)"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


async def save_keys(bench: Bench) -> list[str]:
    await bench.say("/setkeys")
    await bench.press("Binance.US")
    await bench.answer({"apiKey": KEY, "hint": "wxyz"})
    return await bench.answer({"apiSecret": SECRET})


async def go_live(bench: Bench) -> None:
    await save_keys(bench)
    await bench.say("/validate")
    await bench.say("/live on")
    await bench.press(LIVE)


async def test_start_greets_escaped_registers_and_offers_the_next_step(bench: Bench) -> None:
    [told] = await bench.say("/start")
    assert "Hello Ann &lt;b&gt;!" in told
    assert "Mode: 📝 PAPER 🧪" in told
    assert "✅ Backend health: OK" in told
    assert bench.labels() == ["🔑 Save keys", "📝 Test buy, $2"]
    assert list(bench.broker.accounts) == ["user-7"]
    assert [each.kind for each in bench.letters()] == ["mode", "text"]


async def test_start_without_the_proxy_says_so_and_the_account_is_made_later(bench: Bench) -> None:
    bench.broker.down = True
    [told] = await bench.say("/start")
    assert "❌ Backend health: The trading service cannot be reached." in told
    bench.broker.down = False
    await bench.ticks.health()
    assert list(bench.broker.accounts) == ["user-7"]


async def test_setkeys_asks_exchange_key_and_secret_and_saves_them_sealed(bench: Bench) -> None:
    [which] = await bench.say("/setkeys")
    assert "Kraken: not supported yet" in which
    assert bench.labels() == ["Binance.US"]
    [key] = await bench.press("Binance.US")
    assert "Send the API key of Binance.US" in key
    [secret] = await bench.answer({"apiKey": KEY, "hint": "wxyz"})
    assert "I deleted your message" in secret
    assert "deleting is not erasing" in secret
    [saved] = await bench.answer({"apiSecret": SECRET})
    assert "✅ Keys saved for binanceus (…wxyz)" in saved

    row = bench.store.keys.get("user-7", "binanceus")
    assert row is not None
    assert (row.sealed_key, row.sealed_secret, row.key_id) == (KEY, SECRET, "abcd1234")
    assert bench.store.dialogues.get(OWNER) is None


async def test_the_dialogue_survives_a_restart(bench: Bench) -> None:
    await bench.say("/setkeys")
    await bench.press("Binance.US")
    await bench.answer({"apiKey": KEY, "hint": "wxyz"})
    bench.restart()
    [saved] = await bench.answer({"apiSecret": SECRET})
    assert "Keys saved" in saved


async def test_cancel_ends_the_dialogue_and_saves_nothing(bench: Bench) -> None:
    await bench.say("/setkeys")
    await bench.press("Binance.US")
    assert "Cancelled" in (await bench.say("/cancel"))[0]
    assert (await bench.say("/cancel")) == ["There is nothing to cancel."]
    assert bench.store.keys.all_of("user-7") == []


async def test_setkeys_in_one_line(bench: Bench) -> None:
    both = {"apiKey": KEY, "apiSecret": SECRET, "hint": "wxyz"}
    [saved] = await bench.say("/setkeys binanceus", secrets=both)
    assert "✅ Keys saved" in saved


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("/setkeys kraken", "Kraken is not supported yet."),
        ("/setkeys <b>bank", "I know no exchange called “&lt;b&gt;bank”."),
    ],
)
async def test_setkeys_for_what_is_not_supported(bench: Bench, text: str, says: str) -> None:
    [told] = await bench.say(text)
    assert says in told
    assert "binanceus" in told


async def test_replacing_a_validated_key_asks_and_takes_live_off_first(bench: Bench) -> None:
    await go_live(bench)
    new = {"apiKey": KEY + "2", "apiSecret": SECRET, "hint": "2222"}
    asked = await bench.say("/setkeys binanceus", secrets=new)
    assert "Replacing it turns live trading off first" in asked[0]
    row = bench.store.keys.get("user-7", "binanceus")
    assert row is not None
    assert row.hint == "wxyz"

    [saved] = await bench.press("🔁 Replace the key")
    assert "Keys saved for binanceus (…2222)" in saved
    assert bench.broker.accounts["user-7"].mode is Mode.PAPER
    row = bench.store.keys.get("user-7", "binanceus")
    assert row is not None
    assert (row.hint, row.validated) == ("2222", None)


async def test_validate_persists_and_shows_rights_and_warnings(bench: Bench) -> None:
    await save_keys(bench)
    [told] = await bench.say("/validate")
    assert "🧪 ✅ Credentials validated and synced for binanceus." in told
    assert "Withdraw: no" in told
    assert "⚠️ No IP allow-list." in told
    row = bench.store.keys.get("user-7", "binanceus")
    assert row is not None
    assert row.validated == bench.now


async def test_validate_tells_the_venues_reason_and_what_to_do(bench: Bench) -> None:
    await save_keys(bench)
    bench.broker.key_refused = Problem(
        code="invalid_signature", message="The <secret> is wrong.", hint="Send it again."
    )
    [told] = await bench.say("/validate")
    assert "(invalid_signature)" in told
    assert "The &lt;secret&gt; is wrong.\nSend it again." in told
    row = bench.store.keys.get("user-7", "binanceus")
    assert row is not None
    assert row.validated is None


async def test_validate_without_a_key(bench: Bench) -> None:
    [told] = await bench.say("/validate")
    assert "No key for binanceus is saved. /setkeys saves one" in told


async def test_live_on_lists_all_that_is_missing_with_how_to_get_it(bench: Bench) -> None:
    bench.broker.live_allowed = False
    [told] = await bench.say("/live on")
    assert "ALLOW_LIVE=1" in told
    assert "/setkeys, then /validate" in told
    assert LIVE not in bench.labels()


async def test_live_on_without_the_proxy_asks_for_a_healthy_one(bench: Bench) -> None:
    bench.broker.down = True
    [told] = await bench.say("/live on")
    assert "A healthy trading service: The trading service cannot be reached. Is it" in told


async def test_live_on_is_suspended_while_buys_are(bench: Bench) -> None:
    await save_keys(bench)
    await bench.say("/validate")
    bench.store.flags.put(NO_ENTRIES, "the trading service does not answer")
    [told] = await bench.say("/live on")
    assert "Buys are suspended: the trading service does not answer" in told


async def test_live_needs_the_button_once_and_within_a_minute(bench: Bench) -> None:
    await save_keys(bench)
    await bench.say("/validate")
    [warning] = await bench.say("/live on")
    assert "This will execute REAL trades with REAL money!" in warning
    for limit in ("$50.00", "1%", "Daily trades: 20", "5%", "BTC/USDT, ETH/USDT"):
        assert limit in warning
    bench.later(seconds=61)
    assert await bench.press(LIVE) == ["EXPIRED"]

    await bench.say("/live on")
    [on] = await bench.press(LIVE)
    assert "✅ Live trading enabled!" in on
    assert "LIVE TRADING MODE ACTIVE" in on
    assert await bench.press(LIVE) == ["USED"]
    assert bench.broker.accounts["user-7"].mode is Mode.LIVE


async def test_live_token_is_asked_for_sealed_and_given_to_the_proxy(bench: Bench) -> None:
    await save_keys(bench)
    await bench.say("/validate")
    bench.broker.token_required = True
    given = []
    mode = bench.broker.mode

    async def keep(request):  # type: ignore[no-untyped-def]
        given.append(request.confirmToken)
        return await mode(request)

    bench.broker.mode = keep  # type: ignore[method-assign]
    [asked] = await bench.say("/live on")
    assert "LIVE_CONFIRM_TOKEN" in asked
    await bench.answer({"confirmToken": "hpke1:abcd1234:VE9LRU4="})
    await bench.press(LIVE)
    assert given == ["hpke1:abcd1234:VE9LRU4="]
    assert bench.store.dialogues.get(OWNER) is None


async def test_the_live_button_is_void_after_a_stop(bench: Bench) -> None:
    await save_keys(bench)
    await bench.say("/validate")
    await bench.say("/live on")
    await bench.say("/stop")
    [told] = await bench.press(LIVE)
    assert "No stop in force" in told
    assert bench.broker.accounts["user-7"].mode is Mode.HALTED


async def test_live_off_is_immediate_and_says_when_it_is_reducing(bench: Bench) -> None:
    await go_live(bench)
    bench.broker.accounts["user-7"].held = Decimal("0.1")
    [told] = await bench.say("/live off")
    assert "🟠 REDUCING" in told
    assert "still holds what it bought live" in told


async def test_live_with_another_word(bench: Bench) -> None:
    assert "/live on, or /live off" in (await bench.say("/live maybe"))[0]
    assert "/live on, or /live off" in (await bench.say("/live"))[0]


@pytest.mark.parametrize("text", ["/setkeys kraken", "/setkeys binanceus"])
async def test_a_refused_secret_still_tells_that_its_message_was_deleted(
    bench: Bench, text: str
) -> None:
    deleted, error = await bench.say(text, secrets={"apiKey": KEY})
    assert "I deleted your message" in deleted
    assert error.startswith("❌ ")


async def test_the_token_message_is_told_as_deleted_whatever_comes_of_it(bench: Bench) -> None:
    [told] = await bench.say("/live on", secrets={"confirmToken": "hpke1:abcd1234:VE9LRU4="})
    assert "I deleted your message" in told
    assert "Still missing" in told


async def test_the_warning_of_live_names_the_runs_that_will_spend_by_themselves(
    bench: Bench,
) -> None:
    await save_keys(bench)
    await bench.say("/validate")
    assert "🤖" not in (await bench.say("/live on"))[0]
    paused = run("run-2", symbol="ETH/USDT", user_id="user-7")
    for one in (run("run-1", user_id="user-7"), paused):
        bench.store.runs.add(one)
    bench.store.runs.set_state("run-2", RunState.PAUSED)
    [told] = await bench.say("/live on")
    assert (
        "🤖 With it, these runs trade with real money by themselves:\n"
        "• #1 sma_crossover · BTC/USDT · 1h: $10.00 a buy\n"
        "Each begins with nothing; what it holds on paper rests. /runs pauses them.\n"
    ) in told
    assert "ETH/USDT · 1h" not in told
