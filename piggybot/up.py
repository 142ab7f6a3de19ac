"""`piggybot up`: runs the proxy and the bot for real, as two processes under one command.

When either ends, this says so and ends the other: half a house would only look alive. Nothing is
restarted here; a supervisor such as systemd may restart the whole. A person reads along, so the
events that the houses log as JSON become words.

May import: processes, stage.
"""

import asyncio
import json
import os
from collections.abc import Callable, Mapping, Sequence

from piggybot.processes import Child, Job
from piggybot.stage import Printer, Tone

JOBS: Mapping[str, Sequence[str]] = {"proxy": ["proxy"], "bot": ["piggybot", "bot"]}
WIDTH = 5
BEGINNING = "Starting the proxy and the bot. Ctrl-C ends both."
PLAIN = "info"
NO_WORDS = ("event", "level", "logger", "timestamp", "exception")
PATIENCE_SECONDS = 25.0
"""Longer than the proxy gives an order that is on the wire when it is told to end."""


async def up(show: Printer, jobs: Mapping[str, Sequence[str]] = JOBS) -> int:
    """Run both until one ends or this is cancelled. Returns the exit status: 1, as one ended."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    children = [
        Child(Job(name, arguments, environment), _printing(name, show))
        for name, arguments in jobs.items()
    ]
    show(BEGINNING, Tone.NOTE)
    try:
        for child in children:
            await child.start()
        waiting = [asyncio.create_task(child.ended()) for child in children]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for child in children:
            if child.died:
                show(child.epitaph(), Tone.BAD)
        show("The other one is ended too. Start again with: piggybot up", Tone.BAD)
        return 1
    finally:
        for child in reversed(children):
            await child.end(PATIENCE_SECONDS)


def in_words(line: str) -> tuple[str, Tone]:
    """A line of a house as a person reads it, and whose it is: its log's, or said to the person."""
    try:
        event = json.loads(line)
    except ValueError:
        return line, Tone.BOT
    if not isinstance(event, dict) or "event" not in event:
        return line, Tone.BOT
    told = ", ".join(f"{name} {text}" for name, text in event.items() if name not in NO_WORDS)
    clock, level = str(event.get("timestamp", ""))[11:19], str(event.get("level", PLAIN))
    words = [clock, "" if level == PLAIN else f"{level}:", str(event["event"])]
    said = " ".join(filter(None, words)) + (f" ({told})" if told else "")
    return "\n".join(filter(None, (said, event.get("exception")))), Tone.NOTE


def _printing(name: str, show: Printer) -> Callable[[str], None]:
    def heard(line: str) -> None:
        words, tone = in_words(line)
        for one in words.splitlines() or [""]:
            show(f"{name:{WIDTH}} | {one}", tone)

    return heard
