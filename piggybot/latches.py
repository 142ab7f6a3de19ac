"""What suspends trading, by the names of its flags: the proxy out of reach, or Telegram.

Alone because whoever suspends, whoever is held back and whoever explains must mean the same.

May import: wire.
"""

from proxy.wire import Mode

NO_ENTRIES = "no_entries"
"""For everyone: the proxy is silent."""
HELD = "no_entries:"
"""For one account each: the proxy is back, and has not said yet that this one's live is ended."""
NO_LIVE_ENTRIES = "no_live_entries"
"""For everyone who is live: without Telegram there is no brake."""
HEARD_BY_ANOTHER = "heard_by_another"
"""When Telegram last said that another program has our token: it may obey the same messages."""


UNDECIDED = "undecided:"
"""For one run each: its candles cannot be used, and its person has been told."""


def undecided(run_id: str) -> str:
    return f"{UNDECIDED}{run_id}"


def held(user_id: str) -> str:
    return f"{HELD}{user_id}"


def latches_of(user_id: str, mode: Mode) -> list[str]:
    """The flags that suspend this account's buys in this mode, where one of them is set."""
    always = [NO_ENTRIES, held(user_id)]
    return always if mode is Mode.PAPER else [*always, NO_LIVE_ENTRIES]
