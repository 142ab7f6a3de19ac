"""Strategies by name, and their parameters as people type them.

May import: chat, errors, strategies.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piggybot.chat.run_settings import ALIASES, SETTINGS
from piggybot.errors import BadInput
from piggybot.strategies import Param
from piggybot.strategies.parameters import RUN_SETTINGS, Described, Kind
from piggybot.strategies.sma_crossover import SmaCrossover
from tests.bot.packages import ours_only

REGISTRY = ours_only()
EACH = [one for name in REGISTRY.names() for one in REGISTRY.parameters(name)]
DROP = Described("drop", Kind.SHARE, 0.05, Param("of the average", 0.001, 0.5, "Its drop."))
LEAN = Described("lean", Kind.DECIMAL, 0.0, Param("of nothing else", -2, 2, "Its lean."))
NO_NUMBER = (
    "",
    " ",
    "abc",
    "1e1",
    "1_0",
    "nan",
    "inf",
    "٣",
    "²",
    "1,000",
    "+5",
    "--5",
    "0x10",
    "5.",
    ".5",
    "1" * 12,
    "5 5",
    "5\n6",
    "\x00",
    "True",
)


def test_the_six_of_ours_are_there():
    names = ["sma_crossover", "rsi", "macd", "bollinger", "breakout", "dca"]
    assert REGISTRY.names() == names
    assert not any(REGISTRY.is_guest(name) for name in names)
    assert [name for name in names if REGISTRY.find(name).adds] == ["dca"]


@pytest.mark.parametrize("name", REGISTRY.names())
def test_each_says_what_it_does_in_one_line(name: str):
    about = REGISTRY.find(name)
    assert about.summary.startswith(("Enter", "Buy"))
    assert about.summary.endswith(".")
    assert len(about.summary) < 100


@pytest.mark.parametrize("one", EACH, ids=lambda one: one.name)
def test_each_parameter_is_explained_and_its_default_lies_inside(one: Described):
    assert one.param.least <= one.default <= one.param.most
    assert one.param.unit
    assert one.param.help.endswith(".")
    assert len(one.param.help) < 60


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("sma_cross", "Did you mean sma_crossover? There are sma_crossover, rsi, macd, "),
        ("SMA-Crossover", "Did you mean sma_crossover? "),
        ("bolinger", "Did you mean bollinger? "),
        ("xyz", "There are sma_crossover, rsi, macd, bollinger, breakout, dca."),
        ("", "There are sma_crossover"),
    ],
)
def test_an_unknown_strategy_is_met_with_the_nearest(typed: str, hint: str):
    with pytest.raises(BadInput) as refused:
        REGISTRY.find(typed)
    assert refused.value.message == f"There is no strategy “{typed}”."
    assert refused.value.hint.startswith(hint)
    assert not REGISTRY.is_guest(typed)


def test_a_strategy_is_built_of_texts():
    assert REGISTRY.build("sma_crossover", {}) == SmaCrossover(10, 30)
    assert REGISTRY.build("sma_crossover", {"slow": " 50 ", "fast": "05"}) == SmaCrossover(5, 50)
    assert repr(REGISTRY.build("bollinger", {"width": "2"})) == "Bollinger(window=20, width=2.0)"


def test_all_parameters_are_kept_and_written_alike():
    assert REGISTRY.settled("rsi", {"oversold": "25.50"}) == {
        "window": "14",
        "oversold": "25.5",
        "overbought": "70",
    }


@pytest.mark.parametrize(
    ("name", "params", "message", "hint"),
    [
        (
            "sma_crossover",
            {"fsat": "5"},
            "sma_crossover has no parameter “fsat”.",
            "Did you mean fast? There are fast, slow.",
        ),
        (
            "sma_crossover",
            {"window": "5"},
            "sma_crossover has no parameter “window”.",
            "There are fast, slow.",
        ),
        (
            "sma_crossover",
            {"fast": "2.5"},
            "“fast=2.5” is not a whole number.",
            "Type it like this: fast=10",
        ),
        (
            "sma_crossover",
            {"fast": "1"},
            "fast is 1; it goes from 2 to 500 candles.",
            "Type it like this: fast=10",
        ),
        (
            "sma_crossover",
            {"fast": "40"},
            "sma_crossover: fast (40) must be below slow (30).",
            "By default it has fast=10 slow=30",
        ),
        (
            "bollinger",
            {"width": "wide"},
            "“width=wide” is not a number.",
            "Type it like this: width=2",
        ),
        (
            "bollinger",
            {"width": "5.01"},
            "width is 5.01; it goes from 0.5 to 5 deviations.",
            "Type it like this: width=2",
        ),
        (
            "dca",
            {"hour": "24"},
            "hour is 24; it goes from 0 to 23 o'clock UTC.",
            "Type it like this: hour=0",
        ),
    ],
)
def test_a_wrong_parameter_is_refused_with_the_way_out(
    name: str, params: dict[str, str], message: str, hint: str
):
    for refuse in (REGISTRY.build, REGISTRY.settled):
        with pytest.raises(BadInput) as refused:
            refuse(name, params)
        assert (refused.value.message, refused.value.hint) == (message, hint)


@pytest.mark.parametrize("text", NO_NUMBER)
@pytest.mark.parametrize("one", [EACH[0], LEAN, DROP], ids=["whole", "decimal", "share"])
def test_what_is_no_number_is_taken_for_none(one: Described, text: str):
    for typed in (text, f"{text}%"):
        with pytest.raises(BadInput) as refused:
            one.read(typed)
        assert "is not a" in refused.value.message or "it goes from" in refused.value.message
        assert refused.value.hint == f"Type it like this: {one.name}={one.text(one.default)}"


def test_a_share_is_typed_as_a_percentage_and_nothing_else():
    assert DROP.read("5%") == 0.05
    assert DROP.read("1.1 %") == 0.011
    with pytest.raises(BadInput, match=r"“drop=0.5” is not a percentage with its sign"):
        DROP.read("0.5")
    with pytest.raises(BadInput, match=r"drop is 60%; it goes from 0.1% to 50% of the average"):
        DROP.read("60%")


@given(
    st.floats(min_value=-2, max_value=2).filter(lambda one: one == 0 or abs(one) > 1e-20),
    st.floats(min_value=0.001, max_value=0.5),
)
def test_a_value_becomes_text_and_the_same_value_again(lean: float, drop: float):
    assert LEAN.read(LEAN.text(lean)) == lean
    assert DROP.read(DROP.text(drop)) == drop


@pytest.mark.parametrize("name", REGISTRY.names())
def test_parameters_make_the_round_through_text(name: str):
    usual = REGISTRY.settled(name, {})
    assert REGISTRY.settled(name, usual) == usual
    assert REGISTRY.build(name, usual) == REGISTRY.build(name, {})
    for one in REGISTRY.parameters(name):
        for value in (one.param.least, one.param.most):
            assert one.read(one.text(value)) == value
            assert one.text(one.read(one.text(value))) == one.text(value)


def test_no_parameter_reads_like_a_setting_of_the_run():
    """`stop=5%` on the line of /run must be the stop loss, whatever the strategy."""
    assert {*SETTINGS, *ALIASES} == set(RUN_SETTINGS.split())
    assert not {one.name for one in EACH} & set(RUN_SETTINGS.split())
