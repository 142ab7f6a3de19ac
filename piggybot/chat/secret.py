"""Which words of a message are secret, and their sealing before anything is written.

Alone because a secret must not get past this file in clear: what leaves here is sealed text, the
last four letters of a key, and words that are no secrets.

May import: seal, store.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from piggybot.store import Dialogue, Person

KEY, SECRET, TOKEN, HINT = "apiKey", "apiSecret", "confirmToken", "hint"
COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?=\s|$)", re.ASCII)
KEYLIKE = re.compile(r"[A-Za-z0-9+/=_\-]{40,}")
STOPS = re.compile(r"\s*(?:/\s*stop\b.*|stop[\s!.,]*)", re.ASCII | re.IGNORECASE | re.DOTALL)
"""Whoever types this in a hurry means /stop, whatever was asked and whatever follows."""
PEM = "-----BEGIN"
WHOLE_LINE = 3
LONGEST_KEY = 512
SWITCH = ("on", "off")

Sealer = Callable[[str, str, str], str]
"""(exchange, field, text) → sealed text, for one person."""


@dataclass(frozen=True, slots=True)
class Read:
    """A message as it may be written down. `trouble` names why it was not understood."""

    command: str = ""
    words: tuple[str, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    wipe: bool = False
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Understands messages; `commands` are the names that exist."""

    commands: Collection[str]

    def read(self, text: str, dialogue: Dialogue | None, sealer: Sealer | None) -> Read:
        """What was typed, its secrets sealed; without a sealer no secret is kept at all."""
        if stops(text):
            return Read("stop", wipe=keylike(text))
        split = COMMAND.match(text)
        command = split[1].lower() if split else ""
        rest = text[split.end() :].strip() if split else text.strip()
        asked = dialogue is not None and (dialogue.name, dialogue.step) in ASKED
        if dialogue is not None and asked and command not in self.commands:
            return _asked(text.strip(), dialogue, sealer)
        if command in WITH_SECRETS:
            return WITH_SECRETS[command](rest, sealer)
        if keylike(text):
            return Read(wipe=True, trouble="accident")
        if text.startswith("/") and not command:
            return Read(trouble="no_command")
        return Read(command, tuple(rest.split()))


ASKED = {("setkeys", "key"), ("setkeys", "secret"), ("live", "token")}


def stops(text: str) -> bool:
    """Whether this is a stop, also with a key behind it: the brake asks for no spelling."""
    return STOPS.fullmatch(text) is not None


def keylike(text: str) -> bool:
    """Whether this may be a key: nobody types forty letters without a space."""
    return PEM in text or KEYLIKE.search(text) is not None


def may_ask(text: str) -> bool:
    """Whether this command may ask for a secret: the next message is then its answer."""
    split = COMMAND.match(text)
    return split is not None and split[1].lower() in {name for name, _ in ASKED}


def spaced(text: str) -> bool:
    """Whether this is words rather than a key; only a PEM has spaces and lines."""
    return PEM not in text and len(text.split()) > 1


def overlong(key: str) -> bool:
    """Whether it is longer than any exchange's key."""
    return len(key) > LONGEST_KEY


def _asked(text: str, dialogue: Dialogue, sealer: Sealer | None) -> Read:
    """The answer to a question for a secret.

    A key and its secret may come so fast that the question for the secret is not out yet, so an
    answer is sealed for both; the handler takes the field that it asked for.
    """
    if not text:
        return Read(trouble="text_only")
    if sealer is None:
        return Read(wipe=True, trouble="unsealed")
    if dialogue.name == "live":
        return Read(secrets={TOKEN: sealer("", TOKEN, text)}, wipe=True)
    exchange = str(dialogue.data.get("exchange", ""))
    if spaced(text):
        return Read(wipe=True, trouble="spaces")
    secrets = {SECRET: sealer(exchange, SECRET, unfolded(text))}
    if not overlong(text):
        secrets[KEY] = sealer(exchange, KEY, text)
    if dialogue.step == "key":
        secrets[HINT] = hint(text)
    return Read(secrets=secrets, wipe=True)


def _setkeys(rest: str, sealer: Sealer | None) -> Read:
    words = rest.split(maxsplit=WHOLE_LINE - 1)
    if words and keylike(words[0]):
        return Read(wipe=True, trouble="accident")
    if len(words) <= 1:
        return Read("setkeys", tuple(words))
    exchange, key = words[0].lower(), words[1]
    if sealer is None:
        return Read(wipe=True, trouble="unsealed")
    if overlong(key):
        return Read(wipe=True, trouble="overlong")
    secrets = {KEY: sealer(exchange, KEY, key)}
    if len(words) == WHOLE_LINE and spaced(words[2]):
        return Read(wipe=True, trouble="spaces_in_line")
    if len(words) == WHOLE_LINE:
        secrets |= {SECRET: sealer(exchange, SECRET, unfolded(words[2])), HINT: hint(key)}
    return Read("setkeys", (exchange,), secrets, wipe=True)


def _live(rest: str, sealer: Sealer | None) -> Read:
    words = rest.split(maxsplit=1)
    if not words:
        return Read("live")
    switch = words[0].lower()
    if switch not in SWITCH:
        return Read("live", ("?",), wipe=keylike(rest))
    if len(words) == 1 or switch == "off":
        return Read("live", (switch,))
    if sealer is None:
        return Read(wipe=True, trouble="unsealed")
    return Read("live", ("on",), {TOKEN: sealer("", TOKEN, words[1].strip())}, wipe=True)


WITH_SECRETS = {"setkeys": _setkeys, "live": _live}


def without_hint(read: Read) -> Read:
    """For a message that may be the secret and not the key."""
    return replace(read, secrets={name: s for name, s in read.secrets.items() if name != HINT})


def hint(key: str) -> str:
    """The last four letters of a key that is long enough to keep the rest unknown."""
    shown = 4
    return key[-shown:] if len(key) > shown * 2 else ""


def unfolded(text: str) -> str:
    """A PEM pasted with its line ends written out gets real ones."""
    return text.replace("\\r", "").replace("\\n", "\n") if PEM in text else text


def sealer_for(person: Person, public: str | None) -> Sealer | None:
    """Seals for one person with the proxy's public key, kept as JSON {publicKey, keyId}."""
    if public is None:
        return None
    key = json.loads(public)

    def sealed(exchange: str, name: str, text: str) -> str:
        from piggybot import seal  # late: 10 MiB of cryptography that only keys need

        about = seal.info(person.user_id, exchange, name)
        return seal.seal(text, key["publicKey"], key["keyId"], about)

    return sealed
