"""What a benchmark has found is kept as it was printed, and a goal that was missed says so.

May import: tables.
"""

from pathlib import Path

import pytest

from bench.tables import Table, at_least, at_most, goals_of, kept, p99, publish

PATH = Table(
    "path",
    "Seconds, by how many asked at once.",
    ("side", "1", "16"),
    [("ours", "0.010", "0.2"), ("bare", "0.009", "0.1")],
    [at_most("added at 1", 1.04, 4, " ms"), at_least("orders at 16", 180, 200, "/s")],
)
PLAIN = Table("plain", "Without goals.", ("what", "much"), [("one", "1")])
GOALS = """\
| what | goal | measured | met |
| --- | ---: | ---: | ---: |
| added at 1 | ≤ 4 ms | 1.04 ms | yes |
| orders at 16 | ≥ 200/s | 180/s | NO |"""


def test_a_result_is_printed_kept_and_its_goals_are_gathered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    for table in (PATH, PLAIN):
        publish(table, tmp_path / "results")
    printed = capsys.readouterr().out
    assert "orders at 16  ≥ 200/s     180/s   NO\n" in printed
    assert "ours  0.010  0.2\n" in printed
    found = kept(tmp_path / "results")
    assert list(found) == ["path", "plain"]
    assert "`python -m bench.path` · " in found["path"]
    assert "| bare | 0.009 | 0.1 |\n" in found["path"]
    assert goals_of(found) == GOALS


def test_one_in_a_hundred_is_above_the_p99():
    assert p99(range(100)) == 99
    assert p99(range(1000)) == 990
    assert p99([7.0]) == 7
