"""A script is understood whole, played line by line, and each expectation can fail.

May import: player, sandbox, script, stage.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from piggybot.player import Failed, Patience, Player
from piggybot.sandbox.telegram_shown import Event, NoButton, Shown
from piggybot.script import (
    BadScript,
    Books,
    Expect,
    ExpectBooks,
    Misbehave,
    Press,
    Say,
    Wait,
    parse,
)
from piggybot.stage import Phone, StageError, Tone

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
QUICK = Patience(seconds=0.05, pause=0.01)


class FakePhone:
    """A chat in which each thing said gets a prepared answer."""

    def __init__(self, answers: Mapping[str, tuple[str, ...]]) -> None:
        self.answers = answers
        self.said: list[str] = []
        self.log: list[Event] = []

    def bot(self, text: str, *, kind: str = "message", message: int = 0, labels=()) -> None:
        seq = len(self.log) + 1
        shown = Shown(
            message_id=message or seq,
            chat_id=1,
            sender_id=9,
            sender="bot",
            from_bot=True,
            date=NOON,
            kind="text",
            text=text,
            html=text,
            buttons=(tuple(labels),) if labels else (),
        )
        self.log.append(Event(seq, 1, kind, NOON, shown=shown))

    async def say(self, text: str) -> int:
        self.said.append(text)
        for answer in self.answers.get(text, ()):
            self.bot(answer, labels=("Yes", "No") if answer.endswith("?") else ())
        return len(self.said)

    async def press(self, label: str) -> None:
        if not any(event.shown and label in event.shown.labels for event in self.log):
            raise NoButton(f"no visible button is called {label!r}")
        await self.say(f"[{label}]")

    async def events(self, since: int, wait: float = 0.0) -> tuple[int, list[Event]]:
        return len(self.log), self.log[since:]


class FakeStage:
    """A world whose books and misfortunes a test writes itself."""

    def __init__(self, **answers: tuple[str, ...]) -> None:
        self.fake = FakePhone({key.replace("_", " "): value for key, value in answers.items()})
        self.now = Books(0, 0, 0, 0, {"USDT": Decimal(10000)})
        self.done: list[str] = []
        self.dead = ""
        self.files = Path("nowhere")

    @property
    def phone(self) -> Phone:
        return self.fake

    def values(self) -> Mapping[str, str]:
        return {"code": "482913", "key": "K1", "secret": "S1"}

    async def books(self) -> Books:
        return self.now

    async def misbehave(self, who: str, what: str) -> None:
        if what == "no-such-fault":
            raise StageError("The exchange knows no fault 'no-such-fault'.")
        self.done.append(f"{who} {what}")

    def trouble(self) -> str:
        return self.dead


async def play(stage: FakeStage, script: str) -> tuple[int, list[str]]:
    shown: list[str] = []
    held = await Player(
        stage, lambda text, tone: shown.append(f"{tone.value}: {text}"), QUICK
    ).play(parse(script))
    return held, shown


async def test_every_kind_of_line_is_understood():
    steps = parse(
        "# a comment\n\n/start {code}\n  [Yes, go live]\n? LIVE\n?? balance.USDT < 10000\n"
        "??orders==1\n!exchange timeout-after\n!exchange ok\n!proxy kill\n!bot start\n"
        "!telegram down\n!wait 0.5"
    )
    assert steps == [
        Say(3, "/start {code}"),
        Press(4, "Yes, go live"),
        Expect(5, "LIVE"),
        ExpectBooks(6, "balance.USDT", "<", Decimal(10000)),
        ExpectBooks(7, "orders", "==", Decimal(1)),
        Misbehave(8, "exchange", "timeout-after"),
        Misbehave(9, "exchange", "ok"),
        Misbehave(10, "proxy", "kill"),
        Misbehave(11, "bot", "start"),
        Misbehave(12, "telegram", "down"),
        Wait(13, 0.5),
    ]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("?", "Line 2: Write what to expect: ? text."),
        ("[]", "Line 2: Write the label: [Label]."),
        ("[Yes", "Line 2: A button is written in brackets, [Label]; this is '[Yes'."),
        (
            "?? orders",
            "Line 2: Compare a name with a number, as in ?? orders == 1; this is 'orders'.",
        ),
        (
            "?? __import__('os') == 1",
            "Line 2: Compare a name with a number, as in ?? orders == 1; "
            "this is \"__import__('os') == 1\".",
        ),
        (
            "?? profit > 1",
            "Line 2: The books have no 'profit'; they have orders, open_orders, trades, posts, "
            "balance.BTC and the like.",
        ),
        (
            "!proxy restart",
            "Line 2: Write !proxy kill or !proxy start; this is '!proxy restart'.",
        ),
        ("!exchange", "Line 2: Write !exchange and one fault, or !exchange ok."),
        ("!wait long", "Line 2: Write !wait and up to 600 seconds; not 'long'."),
        (
            "!fire",
            "Line 2: There is no '!fire'; there are !exchange, !proxy, !bot, !telegram, !wait.",
        ),
        ("/start {cod}", "Line 2: There is no {cod}; there are {code}, {key}, {secret}."),
    ],
)
async def test_a_bad_line_is_a_sentence_with_its_number(line: str, sentence: str):
    with pytest.raises(BadScript) as problem:
        parse(f"/start\n{line}\n")
    assert str(problem.value) == sentence


async def test_a_play_types_presses_and_looks_and_the_secret_is_not_printed():
    stage = FakeStage(**{"/start 482913": ("Welcome. Go on?",), "[Yes]": ("Here we go.",)})
    held, shown = await play(
        stage, "/start {code}\n? Welcome\n[Yes]\n? we go\n/setkeys {key} {secret}"
    )
    assert held == 2
    assert stage.fake.said == ["/start 482913", "[Yes]", "/setkeys K1 S1"]
    assert shown == [
        "you: /start 482913",
        "bot: Welcome. Go on?\n1:[Yes]  2:[No]",
        "note: ✓ Welcome",
        "you: [Yes]",
        "bot: Here we go.",
        "note: ✓ we go",
        "you: /setkeys K1 ••••••••",
    ]


async def test_a_text_that_came_before_the_last_message_does_not_count():
    stage = FakeStage(**{"/one": ("Bought.",), "/two": ("Refused.",)})
    with pytest.raises(Failed) as failed:
        await play(stage, "/one\n? Bought\n/two\n? Bought")
    assert str(failed.value) == (
        "Line 4: expected the text 'Bought'\nSince then the bot has shown:\n  · Refused."
    )


async def test_an_edit_that_only_takes_buttons_away_is_no_new_text():
    stage = FakeStage(**{"/buy": ("Buy?",)})
    steps = parse("/buy\n? Buy?\n[Yes]\n? Buy?")
    player = Player(stage, lambda text, tone: None, QUICK)
    await player.play(steps[:3])
    stage.fake.bot("Buy?", kind="edit", message=1)
    with pytest.raises(Failed, match="The bot has shown nothing since then"):
        await player.play(steps[3:])
    stage.fake.bot("Buy? Done.", kind="edit", message=1)
    assert await player.play(steps[3:]) == 1


async def test_silence_is_said_to_be_silence():
    with pytest.raises(Failed) as failed:
        await play(FakeStage(), "/help\n? Commands")
    assert str(failed.value) == (
        "Line 2: expected the text 'Commands'\nThe bot has shown nothing since then."
    )


async def test_the_books_are_compared_and_a_wrong_number_is_told():
    stage = FakeStage()
    stage.now = Books(1, 0, 2, 1, {"USDT": Decimal("9998.5")})
    held, _ = await play(stage, "?? orders == 1\n?? balance.USDT < 10000\n?? balance.DOGE == 0")
    assert held == 3
    with pytest.raises(Failed) as failed:
        await play(stage, "?? posts == 2")
    assert str(failed.value) == "Line 1: expected posts == 2\nsaw posts = 1"


async def test_a_button_that_is_not_there_ends_the_play():
    with pytest.raises(Failed, match=r"Line 1: expected a button \[Yes\]\nno visible button"):
        await play(FakeStage(), "[Yes]")


async def test_misbehaviour_reaches_the_stage_and_its_refusal_is_told():
    stage = FakeStage()
    await play(stage, "!exchange timeout-after\n!proxy kill\n!wait 0.01")
    assert stage.done == ["exchange timeout-after", "proxy kill"]
    with pytest.raises(Failed, match=r"Line 1: .*no-such-fault to be done\nThe exchange knows no"):
        await play(stage, "!exchange no-such-fault")


async def test_a_process_that_dies_by_itself_ends_the_play():
    stage = FakeStage()
    stage.dead = "The bot has ended by itself (exit status 1)."
    with pytest.raises(Failed, match="everything to keep running\nThe bot has ended by itself"):
        await play(stage, "/help")


def test_every_tone_has_a_name():
    assert {tone.value for tone in Tone} == {"you", "bot", "note", "bad"}
