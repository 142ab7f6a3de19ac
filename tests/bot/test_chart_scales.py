"""Pictures: the moments under a plot, and money beside it.

May import: charts, chat.
"""

from decimal import Decimal

import numpy as np
import pytest
from matplotlib.figure import Figure

from piggybot.charts import look
from piggybot.charts.profit import _signed
from piggybot.chat.texts_profit import number

NEW_YEAR = 1_767_225_600_000
HOURS_A_DAY = 24


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (4, ["2 Jan", "3 Jan", "4 Jan"]),
        (60, ["15 Jan", "29 Jan", "12 Feb", "26 Feb"]),
        (80, ["Feb\n2026", "Mar"]),
        (120, ["Feb\n2026", "Mar", "Apr"]),
        (365, ["Apr\n2026", "Jul", "Oct"]),
    ],
)
def test_under_any_span_stand_a_few_moments_up_to_the_newest(days: int, said: list[str]) -> None:
    axes = Figure().add_subplot()
    look.times(axes, NEW_YEAR + np.arange(days * HOURS_A_DAY) * look.HOUR)
    assert [one.get_text() for one in axes.get_xticklabels()] == said


@pytest.mark.parametrize(
    ("value", "shown"),
    [("6.726", "+6.73"), ("-1200", "-1,200.00"), ("-0.0037", "-0.0037"), ("0", "0.00")],
)
def test_a_profit_below_a_cent_is_not_drawn_as_none(value: str, shown: str) -> None:
    assert _signed(float(value)) == shown
    assert number(Decimal(value)) == f"{shown} USD"
