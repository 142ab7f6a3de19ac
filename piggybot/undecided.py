"""Runs whose candles cannot be used: their people are told once, and once when they can be again.

Alone because a slot that is held back says so to nobody, and whoever is told must not be told at
each of them. What was told is a latch, written with the slot itself: it outlives a restart.

May import: chat, core, errors, latches, standings, store, strategies.
"""

from dataclasses import replace

from piggybot.chat import texts_ticks
from piggybot.core import decisions
from piggybot.core.decisions import Standing
from piggybot.core.mail import WARNING, outgoing
from piggybot.core.slots import Latch, SlotWork
from piggybot.errors import BrokerRefused, PiggyError
from piggybot.latches import undecided
from piggybot.standings import Scene
from piggybot.strategies.panel import Question

REFUSED = 409
"""Of these candles; any other is of the question, or of the bot itself."""


def with_news(
    work: SlotWork, asked: Question | PiggyError, standing: Standing | PiggyError, scene: Scene
) -> SlotWork:
    """The same work, which also tells where this has changed.

    A proxy or an exchange out of reach has been told by others, and proves nothing of candles.
    What is held back anyway is not told, and neither is what a stop holds back.
    """
    run, slot = work.run, work.slot
    if slot is None or isinstance(standing, PiggyError) or decisions.barred(standing) is not None:
        return work
    told = run.id in scene.undecided
    if isinstance(asked, BrokerRefused) and asked.http_status == REFUSED and not told:
        body = {
            "text": texts_ticks.undecided(run, asked.message),
            "line": texts_ticks.undecided_line(run, asked.message),
        }
        latch = Latch(undecided(run.id), asked.problem.code)
    elif isinstance(asked, Question) and told:
        text = texts_ticks.decides_again(run, slot.at)
        body, latch = {"text": text, "line": text}, Latch(undecided(run.id), None)
    else:
        return work
    letter = outgoing(
        *(scene.chat_of(run.person_id), body, f"{latch.name}:{slot.at.isoformat()}", slot.decided),
        priority=WARNING,
        reply_to=run.reply_to,
    )
    return replace(work, latch=latch, notices=(*work.notices, letter))
