"""`piggybot up`: runs the proxy and the bot for real, as two processes under one command.

When either ends, this says so and ends the other: half a house would only look alive. Nothing is
restarted here; a supervisor such as systemd may restart the whole.

May import: processes, stage.
"""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence

from piggybot.processes import Child, Job
from piggybot.stage import Printer, Tone

JOBS: Mapping[str, Sequence[str]] = {"proxy": ["proxy"], "bot": ["piggybot", "bot"]}
WIDTH = 5
PATIENCE_SECONDS = 25.0
"""Longer than the proxy gives an order that is on the wire when it is told to end."""


async def up(show: Printer, jobs: Mapping[str, Sequence[str]] = JOBS) -> int:
    """Run both until one ends or this is cancelled. Returns the exit status: 1, as one ended."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    children = [
        Child(Job(name, arguments, environment), _printing(name, show))
        for name, arguments in jobs.items()
    ]
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


def _printing(name: str, show: Printer) -> Callable[[str], None]:
    return lambda line: show(f"{name:{WIDTH}} | {line}", Tone.NOTE)
