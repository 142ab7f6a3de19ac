"""The line chat of the demo: type a message; a button's number, or its [Label], presses it.

Lines that begin with ! misbehave, as in a script. Messages are shown as they arrive.

May import: conversation, sandbox, script, stage.
"""

import asyncio
import os
import threading
from collections.abc import AsyncIterator

from piggybot.conversation import Conversation
from piggybot.sandbox.telegram_shown import NoButton
from piggybot.script import BadScript, Misbehave, Press, Wait, fill, parse_line
from piggybot.stage import Printer, Stage, StageError, Tone

LISTEN_SECONDS = 0.5
CHUNK = 65536
ONE_LINE = 1
WELCOME = """\
Type a message, as in Telegram; {code}, {key} and {secret} are filled in.
A button is pressed by its number, or as [Label].
Things go wrong with !exchange timeout-after, !proxy kill, !telegram down,
and well again with !exchange ok, !proxy start, !telegram up.
Ctrl-C ends everything."""


async def chat(stage: Stage, typed: AsyncIterator[str], show: Printer) -> None:
    """Talk until `typed` ends, or until a process dies; then say which, and why."""
    conversation = Conversation(stage.phone, show, stage.files)
    listening = asyncio.create_task(_listen(stage, conversation, show))
    talking = asyncio.create_task(_talk(stage, conversation, typed, show))
    try:
        done, _ = await asyncio.wait({listening, talking}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in (listening, talking):
            task.cancel()
        await asyncio.gather(listening, talking, return_exceptions=True)


async def lines_of(descriptor: int) -> AsyncIterator[str]:
    """The lines of a terminal, a pipe or a file, without blocking anybody; ends at its end.

    The thread reads the bare descriptor: one that waits in a buffered reader would hold up the end
    of the program.
    """
    loop, queue = asyncio.get_running_loop(), asyncio.Queue[str | None]()

    def read() -> None:
        rest = b""
        while chunk := os.read(descriptor, CHUNK):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                _tell(loop, queue, line.decode(errors="replace"))
        if rest:
            _tell(loop, queue, rest.decode(errors="replace"))
        _tell(loop, queue, None)

    threading.Thread(target=read, name="keyboard", daemon=True).start()
    while (line := await queue.get()) is not None:
        yield line


def _tell(
    loop: asyncio.AbstractEventLoop, queue: "asyncio.Queue[str | None]", line: str | None
) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(queue.put_nowait, line)


async def _listen(stage: Stage, conversation: Conversation, show: Printer) -> None:
    while not (trouble := stage.trouble()):
        try:
            await conversation.follow(LISTEN_SECONDS)
        except StageError as problem:
            show(str(problem), Tone.BAD)
            await asyncio.sleep(LISTEN_SECONDS)
    show(trouble, Tone.BAD)


async def _talk(
    stage: Stage, conversation: Conversation, typed: AsyncIterator[str], show: Printer
) -> None:
    async for line in typed:
        if not line.strip():
            continue
        try:
            await _one(stage, conversation, line.strip())
        except BadScript as problem:
            show(problem.sentence, Tone.BAD)
        except (NoButton, StageError) as problem:
            show(str(problem), Tone.BAD)


async def _one(stage: Stage, conversation: Conversation, line: str) -> None:
    """Do what one typed line means."""
    labels = conversation.labels
    if line.isdecimal() and 1 <= int(line) <= len(labels):
        await stage.phone.press(labels[int(line) - 1])
        return
    if not line.startswith(("[", "!")):
        await stage.phone.say(fill(line, stage.values()))
        return
    match parse_line(ONE_LINE, line):
        case Press(_, label):
            await stage.phone.press(label)
        case Misbehave(_, who, what):
            await stage.misbehave(who, what)
        case Wait(_, seconds):
            await asyncio.sleep(seconds)
