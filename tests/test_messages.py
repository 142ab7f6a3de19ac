"""docs/messages.md holds every text that a person can get, and each reads well on a phone.

May import: nothing of ours.
"""

import re

from tests.messages import messages
from tests.subjects import (
    ASIDE,
    HELP,
    ROOT,
    SUBJECTS,
    flat,
    helped,
    missing,
    of,
    placed,
    source,
    speaking,
)

SHOWN = (ROOT / "docs" / "messages.md").read_text(encoding="utf-8")

HOUSE_WORDS = re.compile(
    r"\b(proxy|epochs?|slots?|outbox|inbox|venues?|endpoint|latch|nonce|HTTP|JSON)\b", re.IGNORECASE
)
"""Words for the parts of the house: a person has never seen one."""
NOT_HERE = (*ASIDE, HELP)
LOUD = re.compile(r"\b[A-Z]{3,}\b")
OF_THE_GUIDE = {
    *("🔴 ENABLE LIVE TRADING (I understand the risks)", "🔴 Test Live BUY (BTC/USDT), $2"),
    "LIVE TRADING MODE ACTIVE: orders spend real money. /stop ends it.",
}
NAMES = {
    *("PAPER", "LIVE", "REDUCING", "HALTED", "SANDBOX", "BTC", "USDT", "USD", "UTC", "API", "CSV"),
    *("RSI", "SMA", "MACD", "NTP", "PEM", "UTF", "POST", "SYMBOLS", "README"),
}

MADE_UP = '''
"""A module that nobody has gathered. A docstring is no message."""

LATER = {"key of it": lambda held: f"So much is held: {held}."}
log.info("a log line is no message")
HEADERS = {"Authorization": f"Bearer {key}"}


class Panel:
    def told(self, name):
        assert name, "an assertion is no message"
        if name == "a name compared":
            raise BadInput("That will not do.", f"Ask {name}.")
        db.execute("SELECT what FROM nobody")
        said = "first it says this"
        said += " and then it says that"
        return [one for one in (said, "one of <b>many things</b>")]
'''
SAID = {
    *("So much is held:", "That will not do.", "first it says this", "and then it says that"),
    "one of many things",
}


def test_every_text_is_on_the_page():
    page = flat(SHOWN)
    for name in speaking():
        assert name in placed(), f"put {name} under a subject in tests/subjects.py"
        assert not missing(source(name), name, page), "Run: make docs"


def test_a_text_that_nobody_gathered_is_told():
    found = missing(MADE_UP, "made_up", flat(SHOWN))
    assert {one.split(": ", maxsplit=1)[1] for one in found} == SAID


def test_what_is_put_together_is_read_together():
    text = "\n".join(one.text for one in messages(MADE_UP))
    assert not missing(MADE_UP, "made_up", flat(text))
    assert "That will not do.\nAsk {name}." in text
    silent = ("docstring", "log line", "assertion", "compared", "key of it", "SELECT", "Bearer")
    assert not [one for one in silent if one in text]


def test_no_message_speaks_of_the_house_or_shouts():
    told = [one.text for title in SUBJECTS if title not in NOT_HERE for one in of(title)]
    assert len(told) > 500
    assert not HOUSE_WORDS.search(helped())
    for text in told:
        words = re.sub(r"\{.*?\}|[A-Z]+_[A-Z_]+", "", text)
        assert not HOUSE_WORDS.search(words), text
        loud = set(LOUD.findall(words)) - NAMES
        assert not loud or "REAL trades with REAL money!" in text or text in OF_THE_GUIDE, text


def test_a_message_that_shouts_of_the_house_would_be_told():
    assert HOUSE_WORDS.search("The proxy is NOT there.")
    assert set(LOUD.findall("The proxy is NOT there.")) - NAMES == {"NOT"}
