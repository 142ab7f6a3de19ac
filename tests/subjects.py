"""docs/messages.md: what a person can read, by subject, from the modules that say it.

Alone because this is the page's order; how texts are found stands in tests/messages.py. A module
that says something and stands under no subject is told by tests/test_messages.py.

May import: chat, strategies.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from piggybot.chat.commands import COMMANDS
from piggybot.strategies.about import about
from piggybot.strategies.registry import BUILT_IN, rule
from tests.literals import pieces
from tests.messages import Message, messages

ROOT = Path(__file__).parent.parent
HOUSES = ("piggybot", "proxy", "migrations")
ELSEWHERE = ("piggybot/sandbox/", "piggybot/page/", "migrations/bot/", "migrations/proxy/")
"""The outside world's stand-ins, the demo's page around the chat, and steps, which say nothing."""

SUBJECTS: dict[str, tuple[str, ...]] = {
    "Pairing, and who may ask": ("chat/refusals", "chat/work", "chat/account", "chat/ask"),
    "While something takes a while": ("chat/texts_busy",),
    "Keys": (
        *("chat/texts_setup", "chat/keys", "proxy/credentials", "proxy/vault", "proxy/key_rights"),
        *("proxy/known", "proxy/looking", "proxy/ccxt_wire"),
    ),
    "Live trading, stop, limits, health": (
        *("chat/texts_safety", "chat/live", "chat/safety", "health", "proxy/modes"),
        *("proxy/stopgate", "proxy/stopping", "proxy/accounts"),
    ),
    "Sell everything": ("chat/texts_flatten", "flattening", "proxy/flattening"),
    "Orders": (
        *("chat/texts", "chat/texts_fold", "chat/texts_trade", "chat/trade", "chat/parse", "desk"),
        *("core/money", "core/amounts", "proxy/admission", "proxy/risk"),
        *("proxy/desk", "proxy/paper", "proxy/conclusion", "proxy/exchange", "proxy/lookup"),
    ),
    "What an exchange says to an order or a key": ("proxy/outcome", "proxy/outcome_binance"),
    "Runs": (
        *("chat/texts_run", "chat/run_line", "chat/run_settings", "chat/texts_cards", "chat/runs"),
        *("runs", "chat/texts_rules", "chat/texts_ticks"),
    ),
    "Why, and why not": ("chat/texts_why", "chat/why", "chat/texts_whynot", "chat/whynot"),
    "Strategies": (
        *(f"strategies/{name}" for name in BUILT_IN),
        *("strategies/words", "strategies/parameters", "strategies/registry", "strategies/panel"),
        *("strategies/host", "strategies/about", "strategies/answers", "strategies/offers"),
        *("strategies/visitor", "strategies/failures"),
    ),
    "Candles": ("market", "proxy/gaps", "proxy/klines", "proxy/market_list"),
    "Backtests": (
        *("chat/texts_backtest", "backtest/words", "backtest/setup", "backtest/engine"),
        *("backtest/prices", "backtest/search", "backtest/picture"),
    ),
    "Looking: balance, status, trades, files": ("chat/texts_look", "chat/look"),
    "Positions and profit": ("chat/texts_positions", "chat/positions", "chat/texts_profit"),
    "Prices, alerts, pictures": (
        *("chat/texts_prices", "chat/prices", "chat/alerts", "chat/texts_chart", "chat/drawing"),
        *("charts/profit", "charts/backtest"),
    ),
    "The daily summary": ("chat/texts_summary", "chat/summary"),
    "Books": (
        *("chat/texts_books", "choosing", "store/adopting", "proxy/history"),
        "proxy/venue_books",
    ),
    "When something does not answer": (
        *("proxy_client", "proxy/questions", "proxy/budget", "proxy/ccxt_line"),
        *("proxy/parts", "proxy/unkept", "standings", "migrations/kept"),
    ),
    "To other programs, at the proxy's door": ("proxy/gate", "proxy/answers", "proxy/intake"),
    "On the host, in the terminal": (
        *("__main__", "playground", "app", "up", "processes", "halt", "settings", "doctor"),
        *("backtest/terminal", "backtest/files", "proxy/__main__", "proxy/app", "proxy/settings"),
        *("chat/webhook", "chat/telegram_http", "proxy/doctor", "migrations/look"),
        *("migrations/database",),
    ),
    "The demo": ("demo", "terminal", "conversation", "script", "player"),
    "/help, and the menu": ("chat/commands",),
}
HELP = "/help, and the menu"
ASIDE = ("To other programs, at the proxy's door", "On the host, in the terminal", "The demo")
"""Read by whoever runs the bot, beside its settings and logs: there processes have their names."""
LABELLED = ("chat/texts", "chat/refusals")
"""Rooms that hold nothing but words: a single word is one that is shown."""

UNSEEN = frozenset(
    {
        *(
            "inbox",
            "run {origin}",
            "bold cyan",
            "bold red",
            "Value error,",
            "PRIVATE KEY",
            "host let in",
        ),
        *("no letter of kind", "its file is gone", "what it edits has not gone yet"),
        *("answer a press", "can't parse entities", "can't parse", "message is not modified"),
        *("no text in the message to edit", "message to edit not found", "the token is refused"),
        *("message can't be edited", "message to delete not found", "message to pin not found"),
        *("not a private chat", "held back", "no signal", "holds already", "holds nothing"),
        *("too small", "off, or the request took too long", "flood,"),
    }
)
"""Names, keys, and what Telegram says to us: nobody reads them."""

HEAD = """# Messages

Everything that a person can read, as it reads. {money} and the like are filled in; of [this / that]
one is said, and [this] only sometimes. `make docs` gathers the page from the source, and a test
fails when a text is missing from it.
"""


def page() -> str:
    """The whole page; ValueError where a module speaks and has no subject."""
    homeless = [one for one in speaking() if one not in placed()]
    if homeless:
        raise ValueError(f"{', '.join(homeless)}: put them under a subject in tests/subjects.py")
    parts = [
        f"## {title}\n\n{helped() if title == HELP else _listed(of(title))}" for title in SUBJECTS
    ]
    return "\n".join([HEAD, *parts])


def placed() -> list[str]:
    return [one for names in SUBJECTS.values() for one in names]


@cache
def of(title: str) -> list[Message]:
    """The messages of a subject, each once."""
    told: dict[str, Message] = {}
    for name in SUBJECTS[title]:
        for one in messages(source(name), labels=labelled(name)):
            if one.text not in told and _bare(one.text) not in UNSEEN:
                told[one.text] = one
    return [*told.values()]


@cache
def speaking() -> list[str]:
    """Every module of both houses in which a text stands."""
    found = []
    for house in HOUSES:
        for file in sorted((ROOT / house).rglob("*.py")):
            path = file.relative_to(ROOT).as_posix()
            if path.startswith(ELSEWHERE):
                continue
            name = path.removesuffix(".py").removeprefix("piggybot/")
            text = file.read_text(encoding="utf-8")
            if any(heard(text, name)):
                found.append(name)
    return found


def heard(text: str, name: str) -> Iterator[tuple[int, str]]:
    """The pieces of a module's texts that somebody reads."""
    for line, piece in pieces(text, labels=labelled(name)):
        if piece not in UNSEEN:
            yield line, piece


def missing(text: str, name: str, shown: str) -> list[str]:
    """What a module says that the page, as `flat` makes it, does not: its line, and the words."""
    return [f"{name}:{line}: {one}" for line, one in heard(text, name) if flat(one) not in shown]


def source(name: str) -> str:
    path = f"{name}.py" if name.startswith(("proxy/", "migrations/")) else f"piggybot/{name}.py"
    return (ROOT / path).read_text(encoding="utf-8")


def labelled(name: str) -> bool:
    return name.startswith(LABELLED)


def _bare(text: str) -> str:
    return re.sub(r"\{.*?\}", "", text).strip()


def flat(text: str) -> str:
    """Without what only shapes the page."""
    return " ".join(text.replace("\\", "").split()).lower()


def _listed(found: Iterable[Message]) -> str:
    return "".join(f"- {_markdown(one.text)}\n" for one in found)


def _markdown(text: str) -> str:
    lines = [line.strip() for line in text.strip().splitlines()]
    return "\\\n  ".join(line.replace("<", "\\<").replace("*", "\\*") for line in lines if line)


def helped() -> str:
    """The commands, as /help lists them, and the strategies that it offers."""
    lines = [f"- {one.group}: {one.usage} — {one.help}" for one in COMMANDS.values()]
    rules = [f"- {name} — {about(rule(name), name).summary}" for name in BUILT_IN]
    return "\n".join([*lines, *rules]) + "\n"
