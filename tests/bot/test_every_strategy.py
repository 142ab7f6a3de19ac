"""Every strategy, built in or installed, keeps every promise: also those that you installed here.

May import: strategies.
"""

from collections.abc import Iterator

import pytest

from piggybot.strategies.parameters import Described
from piggybot.strategies.registry import Registry
from tests.bot.packages import EXAMPLE, ours_only, pip_install
from tests.bot.strategy_checks import complaints
from tests.candles import daily, hourly

EXAMPLES = ["dip"]
INSTALLED = Registry()
OTHERS = [name for name in INSTALLED.names() if name not in ours_only().names()]
INSTALLED.close()
NAMES = sorted({*ours_only().names(), *OTHERS, *EXAMPLES})


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """All that is installed, and the example of docs/strategies.md."""
    folder = tmp_path_factory.mktemp("example")
    pip_install(folder, EXAMPLE)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        one = Registry()
    yield one
    one.close()


@pytest.mark.parametrize("name", NAMES)
def test_it_keeps_every_promise_on_real_candles(registry: Registry, name: str):
    """No look-ahead (500 truncated series), the same twice, no signal of NaN, enough warmup."""
    assert complaints(registry.build(name, {}), hourly()) == []


@pytest.mark.parametrize("name", NAMES)
def test_it_answers_on_another_market_too(registry: Registry, name: str):
    strategy = registry.build(name, {})
    signals = strategy.signals(daily())
    assert signals.shape == (len(daily()),)
    assert strategy.explain(daily(), len(daily()) - 1)


@pytest.mark.parametrize("name", NAMES)
def test_its_parameters_are_explained_and_make_the_round_through_text(
    registry: Registry, name: str
):
    usual = registry.settled(name, {})
    assert registry.settled(name, usual) == usual
    for one in registry.parameters(name):
        assert _explained(one), one
        for value in (one.param.least, one.default, one.param.most):
            assert one.read(one.text(value)) == value


def test_what_is_installed_here_could_be_loaded():
    assert INSTALLED.failed() == {}


def _explained(one: Described) -> bool:
    inside = one.param.least <= one.default <= one.param.most
    return inside and bool(one.param.unit) and one.param.help.endswith(".")
