"""One chat as it goes by: each event printed once, in plain text, and kept for who looks back.

The player and the line chat in the terminal both read through here.

May import: sandbox, stage.
"""

from dataclasses import dataclass
from pathlib import Path

from piggybot.sandbox.telegram_shown import Event, Shown
from piggybot.stage import Phone, Printer, Tone


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that the bot has shown, new or edited."""

    seq: int
    text: str


class Conversation:
    """Follows a phone; `mark` is the event from which the player looks."""

    def __init__(self, phone: Phone, show: Printer, files: Path) -> None:
        self.mark = 0
        self._phone = phone
        self._show = show
        self._files = files
        self._cursor = 0
        self._seen: list[Seen] = []
        self._keyboards: dict[int, tuple[str, ...]] = {}
        self._texts: dict[int, str] = {}

    @property
    def labels(self) -> tuple[str, ...]:
        """The buttons of the newest message that has any."""
        return self._keyboards[max(self._keyboards)] if self._keyboards else ()

    def since_mark(self) -> list[str]:
        """What the bot has shown since the mark, oldest first."""
        return [one.text for one in self._seen if one.seq > self.mark]

    async def set_mark(self) -> None:
        """What comes from now on is an answer to what is said or pressed next."""
        await self.follow(0)
        self.mark = self._cursor

    async def follow(self, seconds: float) -> None:
        """Print what has happened; wait up to `seconds` for something to happen."""
        self._cursor, events = await self._phone.events(self._cursor, seconds)
        for event in events:
            self._take(event)

    def _take(self, event: Event) -> None:
        shown = event.shown
        if event.kind == "alert":
            self._show(f"(notice) {event.text}", Tone.NOTE)
            return
        if shown is None:
            return
        if event.kind == "delete":
            self._keyboards.pop(shown.message_id, None)
            self._show(f"({_whose(shown)} message is deleted)", Tone.NOTE)
            return
        if event.kind in ("pin", "unpin"):
            self._show(f"({event.kind}ned: {_first_line(shown.text)})", Tone.NOTE)
            return
        if event.by_bot and (shown.text or shown.document_name or shown.labels):
            self._take_message(event, shown)

    def _take_message(self, event: Event, shown: Shown) -> None:
        self._keyboards.pop(shown.message_id, None)
        if shown.labels:
            self._keyboards[shown.message_id] = shown.labels
        words = f"{shown.text} {shown.document_name or ''} {hash(shown.document)}"
        if self._texts.get(shown.message_id) == words and not shown.labels:
            return  # only its buttons went: nothing new to read
        self._texts[shown.message_id] = words
        self._seen.append(Seen(event.seq, shown.read))
        self._show(_drawn(event.kind, shown, self._kept(shown)), Tone.BOT)

    def _kept(self, shown: Shown) -> str:
        """Where what came with a message can be opened now; nothing where nothing came."""
        if shown.document is None:
            return ""
        self._files.mkdir(parents=True, exist_ok=True)
        name = Path(shown.document_name or "file").name
        path = self._files / f"{shown.message_id}-{shown.edits}-{name}"
        path.write_bytes(shown.document)
        return str(path)


def _whose(shown: Shown) -> str:
    return "the bot's" if shown.from_bot else "your"


def _first_line(text: str) -> str:
    return text.partition("\n")[0]


def _drawn(kind: str, shown: Shown, path: str) -> str:
    """A message as lines: an edit is marked, a file told with its path, buttons are numbered."""
    head = "(edited) " if kind == "edit" else ""
    lines = (head + shown.text).splitlines()
    if path:
        lines.append(f"({'picture' if shown.kind == 'photo' else 'file'}: {path})")
    if shown.labels:
        lines.append("  ".join(f"{number}:[{one}]" for number, one in enumerate(shown.labels, 1)))
    return "\n".join(lines)
