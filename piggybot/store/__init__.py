"""What the bot remembers: rows inside, core values out; every public method is one transaction.

The methods are synchronous; the house reaches them through its one Door.

May import: core, store.
"""

from sqlalchemy import Engine

from piggybot.core.keys import KeyRow, Removed
from piggybot.core.mail import ButtonRow, Incoming, Outgoing, Press, Pressed, Sent
from piggybot.core.orders import Intent, Order
from piggybot.core.people import Dialogue, Pairing, PairingResult, Person, Seen
from piggybot.store.alerts import Alerts
from piggybot.store.buttons import Buttons
from piggybot.store.cards import Cards
from piggybot.store.dialogues import Dialogues
from piggybot.store.doorstep import Doorstep
from piggybot.store.flags import Flags
from piggybot.store.inbox import Inbox
from piggybot.store.keys import Keys
from piggybot.store.ledger import Ledger
from piggybot.store.mismatches import Mismatches
from piggybot.store.orders import Orders
from piggybot.store.outbox import Outbox
from piggybot.store.pairing import PairingCodes
from piggybot.store.people import People
from piggybot.store.runs import Runs
from piggybot.store.slots import Slots
from piggybot.store.summaries import Summaries

__all__ = [
    "ButtonRow",
    "Dialogue",
    "Incoming",
    "Intent",
    "KeyRow",
    "Order",
    "Outgoing",
    "Pairing",
    "PairingResult",
    "Person",
    "Press",
    "Pressed",
    "Removed",
    "Seen",
    "Sent",
    "Store",
]


class Store:
    """All parts of the memory, over one database."""

    def __init__(self, engine: Engine) -> None:
        self.people = People(engine)
        self.pairing = PairingCodes(engine)
        self.inbox = Inbox(engine)
        self.outbox = Outbox(engine)
        self.buttons = Buttons(engine)
        self.dialogues = Dialogues(engine)
        self.doorstep = Doorstep(engine)
        self.keys = Keys(engine)
        self.orders = Orders(engine)
        self.runs = Runs(engine)
        self.slots = Slots(engine)
        self.ledger = Ledger(engine)
        self.mismatches = Mismatches(engine)
        self.flags = Flags(engine)
        self.alerts = Alerts(engine)
        self.cards = Cards(engine)
        self.summaries = Summaries(engine)
