"""The line chat: what is typed becomes a message, a press or a misfortune; what comes is shown.

May import: sandbox, stage, terminal.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from piggybot.stage import Tone
from piggybot.terminal import chat, lines_of
from tests.test_player import FakeStage

pytestmark = pytest.mark.anyio


async def typed(*lines: str) -> AsyncIterator[str]:
    for line in lines:
        await asyncio.sleep(0.02)
        yield line
    await asyncio.sleep(0.05)


async def talk(stage: FakeStage, *lines: str) -> list[str]:
    shown: list[str] = []

    def show(text: str, tone: Tone) -> None:
        shown.append(f"{tone.value}: {text}")

    await asyncio.wait_for(chat(stage, typed(*lines), show), 5)
    return shown


class WaitingStage(FakeStage):
    """Its phone waits a little for news, as the real one does."""

    def __init__(self, **answers: tuple[str, ...]) -> None:
        super().__init__(**answers)
        prompt = self.fake.events

        async def events(since: int, wait: float = 0.0):
            await asyncio.sleep(0.005)
            return await prompt(since, wait)

        self.fake.events = events


async def test_a_number_presses_the_button_and_other_numbers_are_messages():
    stage = WaitingStage(**{"/buy": ("Buy?",), "[No]": ("As you like.",)})
    shown = await talk(stage, "/buy", "2", "482913")
    assert stage.fake.said == ["/buy", "[No]", "482913"]
    assert shown == ["bot: Buy?\n1:[Yes]  2:[No]", "bot: As you like."]


async def test_the_demos_own_code_and_key_need_not_be_copied():
    stage = WaitingStage()
    await talk(stage, "/start {code}", "/setkeys binanceus {key} {secret}", "{other}")
    assert stage.fake.said == ["/start 482913", "/setkeys binanceus K1 S1", "{other}"]


async def test_a_label_in_brackets_presses_and_a_missing_one_is_told():
    stage = WaitingStage(**{"/buy": ("Buy?",)})
    shown = await talk(stage, "/buy", "[Yes]", "[Maybe]")
    assert stage.fake.said == ["/buy", "[Yes]"]
    assert shown[-1] == "bad: no visible button is called 'Maybe'"


async def test_the_world_can_be_made_to_misbehave_and_a_wrong_line_is_a_sentence():
    stage = WaitingStage()
    shown = await talk(stage, "!exchange timeout-after", "!proxy explode", "", "/help")
    assert stage.done == ["exchange timeout-after"]
    assert stage.fake.said == ["/help"]
    assert shown == ["bad: Write !proxy kill or !proxy start; this is '!proxy explode'."]


async def test_a_process_that_dies_ends_the_chat_and_is_named():
    stage = WaitingStage()
    stage.dead = "The proxy has ended by itself (signal 9). It printed nothing."
    assert await talk(stage, "/help") == [f"bad: {stage.dead}"]


async def test_a_picture_is_a_line_with_the_path_of_a_file_that_can_be_opened(tmp_path: Path):
    stage = WaitingStage()
    stage.files = tmp_path / "received"
    for edits, content in enumerate((b"first", b"second")):
        stage.fake.bot("BTC/USDT 1h", kind="edit" if edits else "document", message=7)
        told = stage.fake.log[-1]
        shown = replace(
            told.shown, kind="photo", document=content, document_name="../chart.png", edits=edits
        )
        stage.fake.log[-1] = replace(told, shown=shown)
    first, second = await talk(stage, "")
    path = stage.files / "7-0-chart.png"
    assert first == f"bot: BTC/USDT 1h\n(picture: {path})"
    assert path.read_bytes() == b"first"
    assert second.startswith("bot: (edited) BTC/USDT 1h")
    assert (stage.files / "7-1-chart.png").read_bytes() == b"second"


async def test_lines_come_whole_from_a_pipe_and_end_with_it():
    reading, writing = os.pipe()
    os.write(writing, "/start 1\n/hé".encode()[:-1])
    lines = lines_of(reading)
    assert await anext(lines) == "/start 1"
    os.write(writing, "é\nlast".encode()[1:])
    os.close(writing)
    assert [line async for line in lines] == ["/hé", "last"]
    os.close(reading)
