"""The README's tables say what the code says, and its first page says what it must.

May import: nothing of ours.
"""

import re
import tomllib
from pathlib import Path

import pytest

from tests.docs import EXAMPLE, PAGES, TABLES, rewritten, values_table
from tests.subjects import page as messages_page

README = Path(__file__).parent.parent / "README.md"
FIRST_PAGE = 50


@pytest.mark.parametrize("page", PAGES)
def test_the_tables_are_those_of_the_code(page: str):
    text = (README.parent / page).read_text(encoding="utf-8")
    assert rewritten(text, page) == text, f"{page} is behind the code. Run: make docs"


def test_the_messages_are_those_of_the_code():
    shown = (README.parent / "docs" / "messages.md").read_text(encoding="utf-8")
    assert messages_page() == shown, "docs/messages.md is behind the code. Run: make docs"


def test_a_table_that_is_behind_would_be_seen():
    text = README.read_text(encoding="utf-8")
    for row in ("| `/stop` |", "| `ALLOW_LIVE` |", "| `PIGGY_DATA` | bot, proxy |"):
        assert row in text
        assert rewritten(text.replace(row, "| `gone` |")) == text


def test_a_strategy_or_an_example_that_is_behind_would_be_seen():
    page = "docs/strategies.md"
    text = (README.parent / page).read_text(encoding="utf-8")
    for row in ("| `breakout` |", "class BuyTheDip:", 'dip = "dip:BuyTheDip"'):
        assert row in text
        assert rewritten(text.replace(row, "gone"), page) == text


def test_the_example_takes_thirty_lines():
    code = (EXAMPLE / "dip.py").read_text(encoding="utf-8")
    assert len([line for line in code.splitlines() if line.strip()]) <= 30


@pytest.mark.parametrize("name", TABLES)
def test_a_lost_marker_is_told(name: str):
    text = README.read_text(encoding="utf-8").replace(f"<!-- /{name} -->", "")
    with pytest.raises(ValueError, match=f"the markers of the table '{name}' stand 0 times"):
        rewritten(text)


def test_every_setting_and_command_has_words():
    for table in TABLES.values():
        for row in table().splitlines()[2:]:
            what = row.rsplit("|", maxsplit=2)[1].strip()
            assert len(what) > 10, row
            assert what.endswith("."), row


def test_every_link_leads_somewhere():
    pages = [README, *(README.parent / "docs").glob("*.md")]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for link in re.findall(r"\]\((?!https?:)([^)#\s]+)", text):
            assert (page.parent / link).exists(), f"{page.name} links to {link}, which is not there"
    first = README.read_text(encoding="utf-8")
    for page in pages[1:]:
        assert f"docs/{page.name}" in first, f"README does not lead to {page.name}"


def test_every_picture_is_shown_on_a_page_and_every_page_s_pictures_exist():
    kept = {path.name for path in (README.parent / "docs" / "pictures").glob("*.png")}
    pages = [README, *(README.parent / "docs").glob("*.md")]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    shown = set(re.findall(r"src(?:set)?=\"(?:docs/)?pictures/([^\"]+)\"", text))
    assert shown == kept


def test_a_setting_s_values_are_told_in_words():
    told = values_table()
    for row in (
        "| `TELEGRAM_BOT_TOKEN` | text; never shown |",
        "| `MEMBER_IDS` | numbers, with commas |",
        "| `PROXY_TLS` | nothing or `terminated` |",
        "| `MAX_TRADE_SHARE` | a number, above 0, up to 1 |",
        "| `PROXY_PORT` | a whole number, from 0, up to 65535 |",
    ):
        assert row in told


def test_the_first_page_holds_what_a_newcomer_needs():
    page = README.read_text(encoding="utf-8").splitlines()[:FIRST_PAGE]
    text = "\n".join(page)
    for needed in ("never do with your money", "make demo", "make test", "piggybot/", "proxy/"):
        assert needed in text
    assert sum(line.startswith(("you ", "bot ")) for line in page) == 4


def test_every_package_that_is_asked_for_has_its_reason():
    text = README.read_text(encoding="utf-8").split("## Dependencies")[1].split("## ")[0]
    project = tomllib.loads((README.parent / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [
        *project["project"]["dependencies"],
        *[one for extra in project["project"]["optional-dependencies"].values() for one in extra],
        *project["dependency-groups"]["dev"],
    ]
    names = {re.match(r"[A-Za-z0-9-]+", one)[0] for one in asked}
    assert len(names) > 20
    for name in names:
        assert re.search(rf"^\|[^|]*\b{name}\b", text, re.M), f"README gives no reason for {name}"


@pytest.mark.parametrize(
    ("file", "needed"),
    [
        (".env.example", "TELEGRAM_BOT_TOKEN"),
        ("deploy/bot.env.example", "TELEGRAM_BOT_TOKEN"),
        ("deploy/proxy.env.example", "ALLOW_LIVE"),
    ],
)
def test_every_setting_of_an_example_exists(file: str, needed: str):
    example = (README.parent / file).read_text(encoding="utf-8")
    names = {
        line.lstrip("#").split("=")[0]
        for line in example.splitlines()
        if "=" in line and " " not in line.split("=")[0]
    }
    assert needed in names
    for name in names:
        assert f"| `{name}` |" in README.read_text(encoding="utf-8")


def test_the_map_shows_every_room():
    text = (README.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
    shown = text.split("## The map")[1].split("## ")[0]
    for house in ("piggybot", "proxy"):
        files = [path.name for path in (README.parent / house).glob("[!_]*.py")]
        missing = [name for name in files if not re.search(rf"\b{re.escape(name)}", shown)]
        assert not missing, f"docs/architecture.md does not show {missing} of {house}/"
    named = re.findall(r"\b(\w+\.py)\b", shown)
    houses = ("piggybot", "proxy", "migrations")
    known = {path.name for house in houses for path in (README.parent / house).rglob("*.py")}
    assert not set(named) - known, "the map shows rooms that are not there"
