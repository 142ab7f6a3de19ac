"""docs/messages.md holds every text that a person can get, and each reads well on a phone.

May import: nothing of ours.
"""

from tests.messages import messages
from tests.subjects import ROOT, flat, missing, placed, source, speaking

SHOWN = (ROOT / "docs" / "messages.md").read_text(encoding="utf-8")

MADE_UP = '''
"""A module that nobody has gathered. A docstring is no message."""

LATER = {"key of it": lambda held: f"So much is held: {held}."}
log.info("a log line is no message")


class Panel:
    def told(self, name):
        assert name, "an assertion is no message"
        if name == "a name compared":
            raise BadInput("That will not do.", f"Ask {name}.")
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
    for silent in ("docstring", "log line", "assertion", "compared", "key of it"):
        assert silent not in text
