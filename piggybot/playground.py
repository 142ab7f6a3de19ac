"""`piggybot demo` from beginning to end: talked to in the terminal and the browser, or played.

Alone because a bot for real needs none of it, and so does not load it.

May import: demo, page, player, processes, script, stage, terminal.
"""

import asyncio
import os
import sys
from pathlib import Path

from piggybot.demo import YOU, Demo, demo
from piggybot.page.desktop import open_page
from piggybot.page.serve import page
from piggybot.player import Failed, Player
from piggybot.processes import ChildTrouble
from piggybot.script import Step
from piggybot.stage import Printer, StageError, Tone
from piggybot.terminal import WELCOME, chat, lines_of

FAILED = 1


async def talk(data: Path | None, show: Printer) -> int:
    """Until the person goes; the exit status."""
    try:
        async with demo(data, show) as stage, page(stage.telegram, stage, YOU) as url:
            show(_greeting(stage, url), Tone.NOTE)
            await asyncio.to_thread(open_page, url, os.environ)
            await chat(stage, lines_of(sys.stdin.fileno()), show)
            return FAILED if stage.trouble() else 0
    except (ChildTrouble, StageError) as problem:
        show(str(problem), Tone.BAD)
        return FAILED


async def play(data: Path | None, steps: list[Step], show: Printer) -> int:
    """Until the script is through or something in it did not hold; the exit status."""
    try:
        async with demo(data, show) as stage:
            held = await Player(stage, show).play(steps)
    except (Failed, ChildTrouble, StageError) as problem:
        show(str(problem), Tone.BAD)
        return FAILED
    show(f"All {held} expectations held.", Tone.NOTE)
    return 0


def _greeting(stage: Demo, url: str) -> str:
    return (
        f"\nEverything runs. Data: {stage.folder}\n"
        "The demo's exchange (binanceus, a sandbox) knows this key, and this secret:\n"
        f"{stage.key.key}\n{stage.key.secret}\n"
        f"\nThe chat in your browser: {url}\n(another person: {url}?as=Bob)\n"
        f"\n{WELCOME} Begin with:  {'/start {code}' if stage.code else '/help'}\n"
    )
