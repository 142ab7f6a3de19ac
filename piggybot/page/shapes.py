"""Messages and events as the page's script takes them: what it draws, and nothing more.

May import: page.
"""

from piggybot.page.border import Json

KEPT = (
    *("message_id", "from_bot", "date", "kind", "text", "entities", "buttons", "pinned"),
    *("deleted", "reply_to", "reworded", "taken", "random_id"),
)
SERVICE = "service"


def message(plain: Json) -> Json:
    """A message; `file` has its name, too."""
    shaped = {name: plain[name] for name in KEPT}
    file = plain["file"]
    return shaped | {"file": file and {**file, "name": plain["document_name"] or "file"}}


def event(plain: Json) -> Json:
    """An event with its number and its message, where it has one."""
    about = plain["message"]
    return {
        "seq": plain["seq"],
        "kind": plain["kind"],
        "text": plain["text"],
        "message": message(about) if about else None,
    }


def standing(messages: list[Json]) -> list[Json]:
    """The messages of a chat that are still there."""
    return [message(one) for one in messages if not one["deleted"]]


def events(found: list[Json]) -> list[Json]:
    """All but what Telegram itself says in the chat."""
    return [event(one) for one in found if (one["message"] or {}).get("kind") != SERVICE]
