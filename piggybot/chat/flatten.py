"""Handlers of /flatten: one question, one button, one message about what became of it.

Alone because this is the way out in an emergency: it must be short, and work when stopped.

May import: core, errors, wire.
"""

import json
from collections.abc import Mapping

from piggybot.chat import texts_flatten as texts
from piggybot.chat.ask import Ask, Button, Reply
from piggybot.core.flatten import Look, Shown, to_sell
from piggybot.core.mail import FILL
from piggybot.errors import BadInput
from proxy.wire import Mode


async def flatten(ask: Ask) -> None:
    """Sell all that the bot has bought, also when stopped; asks once."""
    if ask.words:
        raise BadInput(*texts.USAGE)
    look = await ask.house.flattening.look(ask.person)
    if not to_sell(look.found):
        await ask.say(Reply(texts.nothing(look)))
        return
    button = Button(texts.confirm_label(look.found.mode), "flatten_confirm", _params(look))
    await ask.say(Reply(texts.question(look, ask.person.exchange), ((button,),)))


async def confirmed(ask: Ask) -> None:
    """Sell it all, at any price, if the account stands as the button showed it."""
    ending = await ask.house.flattening.sell(
        ask.person, _shown(ask.params), ask.origin, ask.message_id
    )
    text = texts.done(ending, ask.person.exchange)
    await ask.say(Reply(text, priority=FILL, reply_to=ask.message_id))


def _params(look: Look) -> dict[str, str]:
    found = look.found
    return {
        "mode": found.mode.value,
        "epoch": str(found.epoch),
        "stops": json.dumps(dict(look.stops)),
        "halted": "yes" if found.halted else "",
    }


def _shown(params: Mapping[str, str]) -> Shown:
    stops = json.loads(params["stops"])
    return Shown(Mode(params["mode"]), int(params["epoch"]), stops, bool(params["halted"]))
