"""The rival of bench/chat.py: the smallest bot on python-telegram-bot, as its examples have it.

Run by the benchmark: python -m bench.echo, with TOKEN and URL in the environment.

May import: processes.
"""

import os

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from piggybot.processes import end_with_parent


async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None and update.message.text is not None
    await update.message.reply_text(update.message.text)


def main() -> None:
    url = os.environ["URL"]
    building = Application.builder().token(os.environ["TOKEN"]).base_url(f"{url}/bot")
    application = building.concurrent_updates(256).build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_polling(allowed_updates=["message"])


if __name__ == "__main__":
    end_with_parent()
    main()
