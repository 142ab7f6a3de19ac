"""Plays a script on a stage: types, presses, misbehaves, and holds each expectation to account.

Expectations are tried again for ten seconds, then the play ends with the line, what was expected
and what was seen. What the books hold is asked of the exchange itself, never of our records.

May import: conversation, sandbox, script, stage.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from piggybot.conversation import Conversation
from piggybot.sandbox.telegram_shown import NoButton
from piggybot.script import (
    Books,
    Expect,
    ExpectBooks,
    Misbehave,
    Press,
    Say,
    Step,
    Wait,
    fill,
)
from piggybot.stage import Printer, Stage, StageError, Tone

PATIENCE = 10.0
"""Seconds in which an expectation may come true."""
LOOK_AGAIN = 0.2


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an expectation may take, and how often the books are asked meanwhile."""

    seconds: float = PATIENCE
    pause: float = LOOK_AGAIN


class Failed(Exception):
    """An expectation did not hold, or a step could not be done; the text says all of it."""

    def __init__(self, line: int, expected: str, saw: str) -> None:
        super().__init__(f"Line {line}: expected {expected}\n{saw}")
        self.line = line


class Player:
    """Plays steps one after the other."""

    def __init__(self, stage: Stage, show: Printer, patience: Patience | None = None) -> None:
        self._stage = stage
        self._show = show
        self._patience = patience or Patience()
        self._chat = Conversation(stage.phone, show, stage.files)

    async def play(self, steps: list[Step]) -> int:
        """Play all; return how many expectations held. Failed at the first that did not."""
        held = 0
        for step in steps:
            try:
                await self._do(step)
            except StageError as problem:
                raise Failed(step.line, _wish(step), str(problem)) from problem
            held += isinstance(step, Expect | ExpectBooks)
            if trouble := self._stage.trouble():
                raise Failed(step.line, "everything to keep running", trouble)
        await self._chat.follow(0)
        return held

    async def _do(self, step: Step) -> None:
        match step:
            case Say(_, text):
                await self._say(text)
            case Press(line, label):
                await self._press(line, label)
            case Expect(line, text):
                await self._expect(line, fill(text, self._stage.values()))
            case ExpectBooks():
                await self._expect_books(step)
            case Misbehave():
                await self._misbehave(step)
            case Wait(_, seconds):
                self._show(f"!wait {seconds:g}", Tone.NOTE)
                await self._until(seconds)

    async def _say(self, text: str) -> None:
        await self._chat.set_mark()
        self._show(_shown(text, self._stage), Tone.YOU)
        await self._stage.phone.say(fill(text, self._stage.values()))

    async def _press(self, line: int, label: str) -> None:
        """Press a button, which may still be on its way."""
        end = self._end()
        while True:
            await self._chat.set_mark()
            try:
                await self._stage.phone.press(label)
                return self._show(f"[{label}]", Tone.YOU)
            except NoButton as missing:
                if self._over(end):
                    raise Failed(line, f"a button [{label}]", str(missing)) from missing
            await self._chat.follow(self._patience.pause)

    async def _expect(self, line: int, text: str) -> None:
        end = self._end()
        while not any(text in one for one in self._chat.since_mark()):
            if self._over(end):
                raise Failed(line, f"the text {text!r}", _since(self._chat.since_mark()))
            await self._chat.follow(max(0.0, end - self._now()))
        self._show(f"✓ {text}", Tone.NOTE)

    async def _expect_books(self, step: ExpectBooks) -> None:
        end = self._end()
        while True:
            books = await self._stage.books()
            if step.holds(books):
                break
            if self._over(end):
                raise Failed(step.line, step.text, f"saw {step.name} = {books.value(step.name)}")
            await self._chat.follow(self._patience.pause)
        self._show(f"✓ {step.text} ({_summary(books)})", Tone.NOTE)

    async def _misbehave(self, step: Misbehave) -> None:
        self._show(f"!{step.who} {step.what}", Tone.NOTE)
        await self._stage.misbehave(step.who, step.what)

    async def _until(self, seconds: float) -> None:
        end = self._now() + seconds
        while (left := end - self._now()) > 0:
            await self._chat.follow(left)

    def _end(self) -> float:
        return self._now() + self._patience.seconds

    def _over(self, end: float) -> bool:
        return self._now() >= end

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


def _wish(step: Step) -> str:
    """What a step wants of the world, for when the world cannot do it."""
    match step:
        case Misbehave(_, who, what):
            return f"!{who} {what} to be done"
        case ExpectBooks():
            return step.text
    return "the sandbox to answer"


def _shown(text: str, stage: Stage) -> str:
    """The message as it is printed: with the demo's code, without its secret."""
    values: Mapping[str, str] = stage.values()
    return fill(text, {**values, "secret": "•" * 8})


def _since(seen: list[str]) -> str:
    if not seen:
        return "The bot has shown nothing since then."
    return "Since then the bot has shown:\n" + "\n".join(f"  · {one}" for one in seen)


def _summary(books: Books) -> str:
    return f"{books.orders} orders, {books.trades} trades, {books.posts} order POSTs"
