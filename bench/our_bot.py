"""The real bot for benchmarks, which may speak as fast as it can: no Telegram asks for patience.

Run by them: python -m bench.our_bot, with the bot's settings in the environment. Every second it
prints the longest time for which its event loop did not come round.

May import: app, chat, logs, processes, settings.
"""

import asyncio
import sys
import time

from piggybot.processes import end_with_parent, uncollected, without

with uncollected(), without("cryptography"):
    from piggybot.app import Bot, World, announce_here
    from piggybot.chat.hearing import Timing
    from piggybot.chat.pace import Pace
    from piggybot.logs import set_up
    from piggybot.settings import load

AT_ONCE = 1_000_000
LOOK_EVERY, TELL_EVERY = 0.02, 1.0
LAG = "lag "


async def tell_lag() -> None:
    """Seconds, after the word."""
    while True:
        worst, end = 0.0, time.monotonic() + TELL_EVERY
        while (before := time.monotonic()) < end:
            await asyncio.sleep(LOOK_EVERY)
            worst = max(worst, time.monotonic() - before - LOOK_EVERY)
        sys.stdout.write(f"{LAG}{worst:.4f}\n")
        sys.stdout.flush()


async def main() -> None:
    settings = load()
    set_up((settings.telegram_bot_token.get_secret_value(), settings.token()))
    pace = Pace(burst=AT_ONCE, per_second=AT_ONCE, overall=AT_ONCE)
    bot = Bot(settings, World(timing=Timing(pace=pace)))
    try:
        await bot.start(announce_here)
        await tell_lag()
    finally:
        await asyncio.shield(bot.stop())


if __name__ == "__main__":
    end_with_parent()
    asyncio.run(main())
