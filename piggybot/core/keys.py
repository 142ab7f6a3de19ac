"""An exchange key as the bot may hold it: sealed to the proxy, with what a person may see of it.

Alone because its two sealed texts must be findable in one place when a person says /forget.

May import: nothing of ours.
"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A sealed key; `hint` is the last four letters of the API key, `validated` when it worked."""

    user_id: str
    exchange: str
    sealed_key: str = field(repr=False)
    sealed_secret: str = field(repr=False)
    hint: str
    key_id: str
    saved: datetime
    validated: datetime | None = None


@dataclass(frozen=True, slots=True)
class Removed:
    """What a removal of keys did, in one house."""

    exchanges: tuple[str, ...]
    traces: bool
    """Whether a sealed copy may still stand in the database's log file."""
