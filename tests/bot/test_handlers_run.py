"""/run: one line or a question at a time, a summary, and one button that starts it once.

May import: chat, core, store, wire.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from piggybot.chat.run import _choices
from piggybot.chat.run_line import Line
from piggybot.core.runs import Exits, Guards, RunState
from piggybot.errors import BrokerRefused
from proxy.wire import Mode, Problem, Timeframe
from tests.bot.bench import NOON, OWNER, Bench

pytestmark = pytest.mark.anyio
D = Decimal


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def runs(bench: Bench) -> list:
    return bench.store.runs.of_person(OWNER)


async def live(bench: Bench, mode: Mode = Mode.LIVE) -> None:
    await bench.say("/start")
    bench.broker.accounts["user-7"].mode = mode
    await bench.ticks.health()


async def test_a_line_shows_all_that_it_will_do_and_starts_with_one_press(bench: Bench) -> None:
    [told] = await bench.say(
        "/run sma-crossover btc 1h 10 fast=5 stop=5% take=10% limit=48 cooldown=3 losses=4"
    )
    assert told == (
        "🤖 <b>New run</b> 📝 PAPER 🧪\n"
        "sma_crossover (fast 5, slow 30)\n"
        "BTC/USDT, decides every hour\n"
        "Each buy: $10.00.\n"
        "Sells: stop loss 5%, take profit 10%, after 48 candles\n"
        "Guards: halts after 4 losses in a row or 20% below its best; no buy for 3 candles after "
        "a loss\n"
        "It trades on paper now, and with real money once /live on is confirmed.\n"
        "📉 Last 30 days: no trade. Holding the coin: -0.15%\n"
        "To change it, type it: <code>stop=5%</code>, <code>20</code>, <code>4h</code> …"
    )
    assert runs(bench) == []
    bench.later(minutes=8)
    [told] = await bench.press("▶️ Start on paper")
    assert told.startswith(
        "▶️ Run #1 sma_crossover · BTC/USDT · 1h is started. 📝 PAPER 🧪\n"
        "It decides first at 13:00 UTC, in 52 min."
    )
    [run] = runs(bench)
    assert (run.strategy, run.params) == ("sma_crossover", {"fast": "5", "slow": "30"})
    assert (run.symbol, run.timeframe, run.amount_usd) == ("BTC/USDT", Timeframe.H1, D(10))
    assert run.exits == Exits(stop_loss=D("0.05"), take_profit=D("0.1"), time_limit=48)
    assert run.guards == Guards(cooldown=3, losses=4)
    assert (run.state, run.number, run.user_id) == (RunState.ACTIVE, 1, "user-7")
    assert run.exchange == "binanceus" and run.reply_to is not None
    assert await bench.press("▶️ Start on paper") == ["USED"]
    assert len(runs(bench)) == 1


async def test_a_press_that_is_handled_anew_after_a_crash_starts_nothing_more(bench: Bench) -> None:
    await bench.say("/run rsi btc 1h 10")
    nonce = bench.nonce("▶️ Start")
    row = bench.store.buttons.press(nonce, OWNER, bench.now).row
    [told] = await bench.handle_press(row)
    assert "Run #1 rsi" in told
    await live(bench)
    assert await bench.handle_press(row) == [], "told already, and nothing is refused"
    assert len(runs(bench)) == 1
    assert bench.store.dialogues.get(OWNER) is None


async def test_alone_it_asks_one_question_at_a_time(bench: Bench) -> None:
    [asked] = await bench.say("/run")
    assert "Which strategy?" in asked
    assert "<b>sma_crossover</b>: Enter when the fast average crosses above the slow" in asked
    assert bench.labels()[-7:-1] == ["sma_crossover", "rsi", "macd", "bollinger", "breakout", "dca"]
    assert "Which market?" in (await bench.press("rsi"))[0]
    assert "Candles of what length?" in (await bench.press("ETH/USDT"))[0]
    [asked] = await bench.press("15m")
    assert asked.startswith("🤖 <code>rsi ETH/USDT 15m</code>\nHow many USD may each buy spend?")
    assert "From $2.00 to $50.00" in asked
    assert bench.labels()[-6:] == ["$2", "$5", "$10", "$25", "$50", "✖️ Cancel"]
    [told] = await bench.press("$25")
    assert "rsi (window 14, oversold 30, overbought 70)" in told and "Each buy: $25.00" in told
    await bench.press("▶️ Start on paper")
    assert [(one.strategy, one.amount_usd) for one in runs(bench)] == [("rsi", D(25))]
    assert bench.store.dialogues.get(OWNER) is None


async def test_answers_may_be_typed_and_mistakes_leave_the_question_open(bench: Bench) -> None:
    await bench.say("/run macd")
    assert "I do not trade “doge”" in (await bench.answer_typed("doge"))[0]
    assert "Candles of what length?" in (await bench.answer_typed("eth"))[0]
    [told] = await bench.answer_typed("2h")
    assert "There are no candles of “2h”.\nDid you mean 1h?" in told
    [told] = await bench.answer_typed("1h 12.50 stop=4%")
    assert "Each buy: $12.50." in told and "stop loss 4%" in told
    [told] = await bench.answer_typed("stop=6% 20 fast=8")
    assert "Each buy: $20.00." in told and "stop loss 6%" in told and "fast 8" in told
    await bench.press("▶️ Start on paper")
    [run] = runs(bench)
    assert (run.amount_usd, run.exits.stop_loss, run.params["fast"]) == (D(20), D("0.06"), "8")


async def test_the_dialogue_survives_a_restart(bench: Bench) -> None:
    await bench.say("/run macd")
    bench.restart()
    assert "Candles of what length?" in (await bench.press("BTC/USDT"))[0]
    bench.restart()
    assert "How many USD" in (await bench.answer_typed("4h"))[0]
    bench.restart()
    await bench.answer_typed("10")
    bench.restart()
    await bench.press("▶️ Start on paper")
    assert [one.timeframe for one in runs(bench)] == [Timeframe.H4]


@pytest.mark.parametrize(
    ("words", "beside"),
    [
        (("rsi", "macd", "dca", "breakout"), [3, 1, 1]),
        (("BTC/USDT", "ETH/USDT"), [2, 1]),
        (("rsi", "sma_crossover", "dca"), [2, 1, 1]),
    ],
)
def test_a_word_that_a_phone_would_cut_has_a_wider_button(words, beside) -> None:
    assert [len(row) for row in _choices(Line(), words)] == beside


async def test_cancel_ends_it_and_its_buttons(bench: Bench) -> None:
    await bench.say("/run macd")
    assert "Cancelled" in (await bench.say("/cancel"))[0]
    assert "That question is over.\n/run begins again." in (await bench.press("BTC/USDT"))[0]
    await bench.say("/run macd btc 1h 10")
    assert await bench.press("✖️ Cancel") == ["Cancelled. No run was started."]
    assert runs(bench) == []


async def test_a_button_of_an_older_question_does_nothing(bench: Bench) -> None:
    await bench.say("/run macd")
    await bench.answer_typed("btc")
    assert "You have answered that already." in (await bench.press("ETH/USDT"))[0]
    assert bench.store.dialogues.get(OWNER).data == {"line": "macd BTC/USDT"}


async def test_only_what_was_asked_last_is_started(bench: Bench) -> None:
    await bench.say("/run macd btc 1h 10")
    older = bench.store.buttons.press(bench.nonce("▶️ Start"), OWNER, bench.now).row
    await bench.say("/run rsi eth 1h 25")
    assert await bench.handle_press(older) == [
        "❌ That question is over.\n/run begins again. Nothing was started."
    ]
    await bench.say("/cancel")
    assert "That question is over." in (await bench.press("▶️ Start on paper"))[0]
    assert runs(bench) == []


async def test_what_would_be_denied_now_is_said_now(bench: Bench) -> None:
    why = Problem(code="above_share_limit", message="$40 is above 1% of $100.", hint="Ask for $1.")
    bench.broker.refuse = BrokerRefused(why, 409)
    [told] = await bench.say("/run macd btc 1h 40")
    assert "⚠️ A buy would be denied now: $40 is above 1% of $100.\nAsk for $1." in told
    assert bench.broker.checked[-1].typed is False


async def test_a_second_run_that_does_the_same_is_named(bench: Bench) -> None:
    await bench.say("/run macd btc 1h 10")
    await bench.press("▶️ Start")
    assert (
        "⚠️ Run #1 macd · BTC/USDT · 1h does the same already."
        in ((await bench.say("/run macd btc 1h 25"))[0])
    )
    assert "does the same" not in (await bench.say("/run macd btc 4h 25"))[0]
    assert "does the same" not in (await bench.say("/run macd btc 1h 25 fast=9"))[0]


async def test_with_real_money_the_button_says_so_and_works_for_a_minute(bench: Bench) -> None:
    await live(bench)
    [told] = await bench.say("/run macd btc 1h 10")
    assert "🔴 LIVE" in told and "It trades with real money from its first signal on." in told
    bench.later(seconds=61)
    assert await bench.press("🔴 Start with real money") == ["EXPIRED"]
    await bench.say("/run macd btc 1h 10")
    await bench.press("🔴 Start with real money")
    assert len(runs(bench)) == 1


async def test_a_start_that_was_asked_on_paper_never_starts_live(bench: Bench) -> None:
    await bench.say("/run macd btc 1h 10")
    await live(bench)
    [told] = await bench.press("▶️ Start on paper")
    assert "The mode or a stop changed after you were asked" in told
    assert runs(bench) == []


async def test_while_a_stop_stands_no_run_is_begun(bench: Bench) -> None:
    await live(bench, Mode.HALTED)
    assert (
        "A stop is in force, so no run is started.\n/resume ends it"
        in ((await bench.say("/run macd btc 1h 10"))[0])
    )
    assert bench.store.dialogues.get(OWNER) is None


async def test_while_live_is_wound_down_it_says_that_it_buys_nothing(bench: Bench) -> None:
    await live(bench, Mode.REDUCING)
    [told] = await bench.say("/run macd btc 1h 10")
    assert "🟠 REDUCING" in told and "It buys nothing for now" in told


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("/run magic btc 1h 10", "There is no strategy “magic”."),
        ("/run macd doge 1h 10", "I do not trade “doge”."),
        ("/run macd btc 3d 10", "There are no candles of “3d”.\nDid you mean 1d?"),
        ("/run macd btc 1h 10 fsat=3", "macd has no setting “fsat”.\nDid you mean fast?"),
        ("/run macd btc 1h 10 fast=zehn", "“fast=zehn” is not a whole number.\nType it like"),
        ("/run macd btc 1h 10 fast=9999", "fast is 9999; it goes from 2 to 100 candles."),
        ("/run sma_crossover btc 1h 10 fast=50", "fast (50) must be below slow (30)"),
        ("/run macd btc 1h 1.99", "$1.99 is too little for a buy: $2.00 is the least.\nGive $2.00"),
        (
            "/run macd btc 1h 50.01",
            "$50.01 is above the limit of $50.00 a trade.\nGive $50.00 or less.",
        ),
        ("/run macd btc 1h nan", "That is not a number that can be spent."),
        ("/run macd btc 1h 10 90d", "A run has no end, so I do not know what 90d is for.\nLeave"),
        ("/run macd btc 1h 10 20", "There are two amounts: 10 and 20."),
    ],
)
async def test_what_cannot_be_run_says_why_and_what_to_do(
    bench: Bench, text: str, says: str
) -> None:
    [told] = await bench.say(text)
    assert told.startswith("❌ ") and says in told
    assert runs(bench) == [] and bench.store.dialogues.get(OWNER) is None
    assert bench.now == NOON
