"""Other people's strategies: in a process of their own, where nothing that they do disturbs us.

May import: core, errors, strategies.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from piggybot.errors import BadInput, PiggyError, StrategyFailed, StrategySlow
from piggybot.strategies.host import Patience
from piggybot.strategies.panel import Panel
from piggybot.strategies.registry import Registry
from tests.bot.packages import EXAMPLE, install_rogue, pip_install
from tests.bot.rogue import WHIMS
from tests.candles import hourly

pytestmark = pytest.mark.anyio

BUDGET = 1.5


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry where two guests are installed: the example of the documents, and the rogue."""
    folder = tmp_path_factory.mktemp("installed")
    pip_install(folder, EXAMPLE)
    install_rogue(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        patch.setenv("TELEGRAM_BOT_TOKEN", "123:secret")
        one = Registry(Patience(answer=BUDGET))
    yield one
    one.close()


@pytest.fixture
def panel(registry: Registry) -> Iterator[Panel]:
    one = Panel(registry)
    yield one
    one.close()


def whim(name: str) -> dict[str, str]:
    return {"whim": str(list(WHIMS).index(name))}


async def pid_of_the_rogue(panel: Panel) -> int:
    opinion = await panel.opinion("rogue", {}, hourly().part(0, 50))
    return int(opinion.why.split("pid ")[1])


def test_what_is_installed_is_found_without_being_imported(registry: Registry):
    assert {"dip", "rogue"} <= set(registry.names())
    assert registry.is_guest("dip")
    assert not registry.failed()
    assert not {"dip", "rogue"} & set(sys.modules), "its code runs in its own process only"
    about = registry.find("dip")
    assert about.package == "piggybot-dip"
    assert about.summary.startswith("Enter when the close is well below")
    assert registry.find("rogue").adds
    assert [one.name for one in registry.parameters("dip")] == ["window", "drop"]


def test_its_parameters_are_checked_like_ours(registry: Registry):
    assert registry.settled("dip", {"drop": "3 %"}) == {"window": "24", "drop": "3%"}
    with pytest.raises(BadInput, match=r"drop is 60%; it goes from 0.1% to 50% of the average"):
        registry.build("dip", {"drop": "60%"})
    with pytest.raises(BadInput, match="Did you mean window"):
        registry.build("dip", {"windw": "3"})


async def test_the_example_decides_as_it_says(panel: Panel):
    close = hourly().close
    average = np.convolve(close, np.full(24, 1 / 24), "valid")
    enter = np.flatnonzero(close[23:] < average * (1 - 0.03)) + 23
    signals = await panel.signals("dip", {"drop": "3%"}, hourly())
    assert np.flatnonzero(signals == 1).tolist() == enter.tolist()
    assert len(enter) > 10
    at = int(enter[0])
    opinion = await panel.opinion("dip", {"drop": "3%"}, hourly().part(0, at + 1))
    assert opinion.signal == 1
    assert opinion.why == (
        f"close {close[at]:,.2f}, average {close[at - 23 : at + 1].mean():,.2f}: enter"
    )
    assert await panel.warmup("dip", {}) == 24
    assert await panel.lines("dip", {}, hourly()) == {}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("raises", "ZeroDivisionError: integer division or modulo by zero (rogue.py, line "),
        ("raises_much", "ValueError: much much "),
        ("raises_speechless", "Speechless (rogue.py, line "),
        ("recurses", "RecursionError: maximum recursion depth exceeded"),
        ("exits", "SystemExit: 3 (rogue.py, line "),
        ("ends", "its process ended (exit status 3)."),
        ("crashes", "its process ended (SIGSEGV)."),
        ("kills_its_group", "its process ended (SIGKILL)."),
        ("hangs_up", "its process ended (exit status "),
        ("talks_over_the_wire", "it broke the line."),
        ("takes_all_memory", "MemoryError: Unable to allocate 8.00 GiB "),
        ("writes_into_the_candles", "ValueError: assignment destination is read-only (rogue.py"),
        ("floats", "its signals are float64, not int8."),
        ("nan", "its signals are float64, not int8."),
        ("short", "it gave signals of shape (1467,) for 1468 candles."),
        ("two", "one of its signals is none of -1, 0, 1."),
        ("nothing", "its signals are no array but NoneType."),
    ],
)
async def test_a_guest_that_fails_says_why_and_disturbs_nobody(
    panel: Panel, name: str, sentence: str
):
    with pytest.raises(StrategyFailed) as failed:
        await panel.opinion("rogue", whim(name), hourly())
    assert failed.value.message.startswith(f"The strategy rogue failed: {sentence}")
    assert failed.value.message.endswith(".")
    assert len(failed.value.message) < 320
    assert failed.value.message.isprintable()
    assert (await panel.opinion("rogue", whim("good"), hourly())).signal == 0
    assert (await panel.opinion("dip", {}, hourly())).why


async def test_a_guest_over_its_budget_is_ended_while_all_others_go_on(panel: Panel):
    order: list[str] = []

    async def ask(name: str, params: dict[str, str]) -> None:
        try:
            await panel.opinion(name, params, hourly())
            order.append(name)
        except PiggyError as error:
            order.append(type(error).__name__)
            assert error.message == f"The strategy rogue took longer than {BUDGET} s."

    others = ["sma_crossover", "rsi", "macd", "bollinger", "breakout", "dca", "dip"]
    slow = [ask("rogue", whim("loops")) for _ in range(3)]
    await asyncio.gather(*slow, *(ask(name, {}) for name in others))
    assert sorted(order[: len(others)]) == sorted(others)
    assert order[len(others) :] == [StrategySlow.__name__] * 3, "one look for all three"
    assert (await panel.opinion("rogue", whim("good"), hourly())).signal == 0


async def test_what_a_guest_prints_goes_nowhere(panel: Panel, capfd: pytest.CaptureFixture[str]):
    assert (await panel.opinion("rogue", whim("prints"), hourly())).signal == 0
    assert capfd.readouterr() == ("", "")


async def test_a_guest_knows_no_secret_and_outlives_nobody(panel: Panel):
    """Its environment is not ours; and the system ends it should the bot be gone."""
    why = (await panel.opinion("rogue", {"low": "10%"}, hourly())).why
    words = why.replace(":", ",").split(", ")
    assert words[:2] == ["at 1467", "no token"]
    assert 0 < int(words[2].removeprefix("dies in ").removesuffix(" s")) <= BUDGET + 6
    assert words[3] == "low 0.1"
    assert words[4].startswith("in / pid ")


async def test_parameters_that_do_not_go_together_are_told_in_its_own_words(panel: Panel):
    with pytest.raises(StrategyFailed) as refused:
        await panel.warmup("rogue", {"low": "80%"})
    assert refused.value.message == "rogue: low must be below high."
    assert await panel.warmup("rogue", {"low": "70%"}) == 7


async def test_a_guest_that_ends_while_idle_is_started_again(panel: Panel):
    pid = await pid_of_the_rogue(panel)
    os.killpg(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert (await panel.opinion("rogue", {}, hourly().part(0, 100))).signal == 0
    again = await panel.opinion("rogue", {}, hourly().part(0, 101))
    assert not again.why.endswith(f"pid {pid}")


async def test_an_ended_registry_leaves_no_process(tmp_path: Path, monkeypatch):
    install_rogue(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    registry = Registry()
    panel = Panel(registry)
    pid = await pid_of_the_rogue(panel)
    slow = asyncio.ensure_future(panel.opinion("rogue", whim("loops"), hourly()))
    await asyncio.sleep(0.1)
    registry.close()
    panel.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(StrategyFailed, match=r"its process ended|The bot is ending"):
        await slow
    with pytest.raises(StrategyFailed, match="The bot is ending"):
        registry.build("rogue", {}).signals(hourly())
