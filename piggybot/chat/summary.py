"""The handler of /summary: at which hour, in which time zone, or not at all.

Alone because hours and zones are typed by people: what is not understood gets the nearest guess.

May import: core, errors, store.
"""

import difflib
import re
from functools import lru_cache
from zoneinfo import available_timezones

from piggybot.chat import texts_summary as texts
from piggybot.chat.ask import Ask, Reply
from piggybot.core import summary as rules
from piggybot.core.money import quoted
from piggybot.core.runs import Summary
from piggybot.errors import BadInput

HOUR = re.compile(r"(?P<hour>[0-9]{1,2})(?::00)?(?: ?(?P<half>am|pm))?", re.ASCII | re.IGNORECASE)
HOURS, NOON = 24, 12
UTC = "UTC"
MOST_WORDS = 2
LIKE = f"Type it like this: {texts.USAGE}"


async def summary(ask: Ask) -> None:
    """Tell you each day, at your hour, what the day before came to."""
    house, person = ask.house, ask.person
    kept = await house.door(house.store.summaries.get, person.id)
    if not ask.words:
        await ask.say(Reply(texts.OFF if kept is None else texts.state(kept)))
        return
    if ask.words[0].lower() == "off" and len(ask.words) == 1:
        await house.door(house.store.summaries.remove, person.id)
        await ask.say(Reply(texts.OFF if kept is None else texts.TURNED_OFF))
        return
    if len(ask.words) > MOST_WORDS:
        raise BadInput(f"I do not understand {quoted(' '.join(ask.words))}.", LIKE)
    zone = ask.words[1] if len(ask.words) == MOST_WORDS else (kept.zone if kept else UTC)
    wanted = Summary(person.id, read_hour(ask.words[0]), read_zone(zone))
    begun = rules.begun(wanted, house.clock())
    await house.door(house.store.summaries.put, begun)
    await ask.say(Reply(texts.turned_on(begun, "tomorrow" if begun.last_day else "today")))


def read_hour(text: str) -> int:
    """0 to 23; 8:00 and 8pm are understood."""
    found = HOUR.fullmatch(text)
    hour = int(found["hour"]) if found else HOURS
    half = (found["half"] or "").lower() if found else ""
    if half and 1 <= hour <= NOON:
        hour = hour % NOON + (NOON if half == "pm" else 0)
    elif half:
        hour = HOURS
    if hour >= HOURS:
        raise BadInput(f"{quoted(text)} is not a whole hour from 0 to 23.", LIKE)
    return hour


def read_zone(text: str) -> str:
    """The IANA zone of that name, or of the only city so called; BadInput with the nearest."""
    typed = text.strip().lower().replace(" ", "_")
    names = zones()
    if typed in names:
        return names[typed]
    cities = [name for name in names.values() if name.rpartition("/")[2].lower() == typed]
    if len(cities) == 1:
        return cities[0]
    near = difflib.get_close_matches(typed, names, n=1) or difflib.get_close_matches(
        typed, {name.rpartition("/")[2] for name in names}, n=1
    )
    guess = next((names[name] for name in names if near and name.endswith(near[0])), "")
    if len(cities) > 1:
        guess = cities[0]
    raise BadInput(
        f"I know no time zone called {quoted(text)}.",
        f"Did you mean {guess}?" if guess else "Write it like Europe/Berlin or UTC.",
    )


@lru_cache(maxsize=1)
def zones() -> dict[str, str]:
    """Every zone that the system or the tzdata package knows, by its small letters."""
    return {name.lower(): name for name in sorted(available_timezones())}
