"""Every word that the door itself says: to strangers, of presses, of secrets, of lateness.

Alone because these are said before, or instead of, any handler.

May import: nothing of ours.
"""

import difflib
from collections.abc import Iterable
from datetime import timedelta

from piggybot.chat.texts import e

STRANGER = "This is a private bot. It works only for the person who runs it."
PRESS_NOT_YOURS = "This button is not yours. Nothing was done."
PRESS_USED = "This button was used already. Nothing more was done."
PRESS_EXPIRED = "This button is too old. Nothing was done; type the command again."
PRESS_UNKNOWN = "I do not know this button any more. Nothing was done; type the command again."
CODE_BURNT = "This code is not valid any more. Start the bot again for a new one."
UNSEALED = (
    "I cannot seal a secret yet, because the trading service has not told me its public key. "
    "Nothing of your message was kept. See that it runs (/health), then send it again."
)
ACCIDENT = (
    "That looked like a key or a secret, which I was not asking for. I kept nothing of it. "
    "/setkeys saves a key."
)
NOTHING_ASKED = (
    "I was not asking for anything, and this is not a command: a command begins with /. /help "
    "shows what I can do."
)
SPACES = (
    "A key or a secret has no spaces inside, and this has. I kept nothing of it. Copy it again, "
    "whole, and send nothing else in that message; /cancel ends my question."
)
SPACES_IN_LINE = (
    "A secret has no spaces inside, and this has. I kept nothing of it. Type /setkeys, and answer "
    "one question at a time."
)
OVERLONG = (
    "That is longer than any exchange's API key. I kept nothing of it. Type /setkeys, and answer "
    "one question at a time."
)
NO_COMMAND = "That is not a command of mine. /help shows what I can do."
STOPPED_UNWRITTEN = (
    "🛑 Stopped at the trading service: its gate is closed. But I cannot write to my disk (is it "
    "full?), so nothing else works here until that is mended. I go on trying."
)
TEXT_ONLY = "I can read text only. /help shows what I can do."
DELETED = "I deleted your message from this chat."
NOT_DELETED = "I could not delete your message yet; please delete it yourself."
DIALOGUE_OVER = "You took long, so I stopped waiting for your answer. Begin again with /{name}."
TOO_LONG = "This is too long for a message, so here it is as a file."
SECOND_POLLER = (
    "⚠️ Another program reads this bot's messages with the same token (Telegram: 409 Conflict). If "
    "that is not a second copy of yours, the token is stolen: revoke it at @BotFather now."
)
SHARED = (
    "Another program reads this bot's messages with the same token, and may obey this one too, so "
    "nothing was sent.",
    "End the other one, and send it again a minute later. If it is not yours, the token is stolen: "
    "revoke it at @BotFather now. /stop works.",
)
WEBHOOK = (
    "⚠️ Somebody had this bot's messages sent elsewhere (a webhook), which I did not do. I removed "
    "that. If it was not you, the token is stolen: revoke it at @BotFather now."
)
WEBHOOK_CHANGED = (
    "⚠️ Somebody changed where Telegram delivers this bot's messages. I set it back. If it was not "
    "you, the token is stolen: revoke it at @BotFather now."
)


def stopped_nowhere(why: str) -> str:
    """Neither the disk nor the trading service has taken a stop."""
    return (
        "🛑 I cannot write to my disk (is it full?), so I send no order; but the trading service "
        f"has not confirmed your stop: {e(why)}\nI go on trying, and tell you. At once, on the "
        "host: <code>piggybot stop</code>. Or cancel at the exchange itself."
    )


def stopped_unkept(why: str) -> str:
    """The trading service obeys a stop, and neither it nor the bot can keep it."""
    return (
        "🛑 Stopped: nothing leaves any more. But neither I nor the trading service can write that "
        f"down: {e(why)}\nStarted again, it has forgotten the stop. I go on trying. To be certain "
        "at once, on the host: <code>piggybot stop</code>. Or remove the API key at the exchange."
    )


def wrong_code(left: int) -> str:
    return f"This code is wrong. Tries left: {left}."


def stale_press(age: timedelta) -> str:
    """Why a press that was handled late does nothing."""
    seconds = round(age.total_seconds())
    return (
        f"I could only handle your press {seconds} s later, so I did nothing with it. "
        "Give the command again if you still want it."
    )


def stale(age: timedelta) -> str:
    """Why a late command that moves money is not obeyed."""
    seconds = round(abs(age).total_seconds())
    if age < timedelta(0):
        return (
            f"Your message is dated {seconds} s in the future, so a clock is wrong. "
            "Nothing was done. Set the clock of this machine, then send it again."
        )
    return (
        f"Your message reached me {spell(seconds)} after you sent it. That is too old to move "
        "money, so nothing was done. Send it again if you still want it."
    )


def spell(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes)
    return " ".join(parts + [f"{rest} s"] * (not hours))


def unknown_command(typed: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(typed, list(known), n=1)
    guess = f" Did you mean /{near[0]}?" if near else ""
    return f"I do not know /{e(typed[:32])}.{guess} /help shows what I can do."


def unexpected(trouble_id: str) -> str:
    return (
        f"⚠️ Something went wrong ({e(trouble_id)}). Nothing more was done. The log has the details "
        "under this id; /status shows how things stand."
    )
