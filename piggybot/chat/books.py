"""Handlers of the three buttons under a difference between our books and a venue's.

May import: core, errors.
"""

from datetime import timedelta

from piggybot.chat import texts_books as texts
from piggybot.chat.ask import Ask, Button, Keyboard, Reply
from piggybot.core.mail import WARNING, File
from piggybot.core.matching import Mismatch
from piggybot.errors import BrokerDown, BrokerRefused

LIFE = timedelta(days=2)


async def adopt(ask: Ask) -> None:
    """The venue's list is right: our books follow it. Where they cannot, the choice is back."""
    choosing, name = ask.house.choosing, ask.params["mismatch"]
    try:
        await choosing.adopt(ask.person, name)
    except (BrokerDown, BrokerRefused) as trouble:
        found = await choosing.waiting(ask.person, name)
        await ask.say(Reply(texts.not_adopted(found, trouble), choices(found), priority=WARNING))


async def ignore(ask: Ask) -> None:
    """Leave both as they are, and go on."""
    await ask.house.choosing.ignore(ask.person, ask.params["mismatch"])


async def look(ask: Ask) -> None:
    """Both lists, and the choice again."""
    found = await ask.house.choosing.waiting(ask.person, ask.params["mismatch"])
    name = f"books-{found.symbol.replace('/', '-')}-{found.found:%Y-%m-%d}.csv"
    file = File(name, texts.lists(found))
    await ask.say(Reply(texts.look(found), choices(found), document=file))


def choices(mismatch: Mismatch) -> Keyboard:
    """Adopt, ignore, look."""
    given = {"mismatch": mismatch.id}
    return (
        (
            Button(texts.ADOPT, "books_adopt", given, LIFE),
            Button(texts.IGNORE, "books_ignore", given, LIFE),
            Button(texts.LOOK, "books_look", given, LIFE),
        ),
    )
