"""Telegram's library behind our border: letters become its calls.

Alone because it is the only file that asks the library for anything; its errors become ours in
telegram_errors.py, what it hears in telegram_updates.py.

May import: connections, core, settings.
"""

import json
import logging
import os
from collections.abc import Mapping

from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    LinkPreviewOptions,
    ReplyParameters,
    Update,
)
from telegram.constants import ParseMode

from piggybot.chat.ask import House
from piggybot.chat.border import Arrival, HookState, Letter
from piggybot.chat.door import ChatDoor
from piggybot.chat.hearing import Timing
from piggybot.chat.outgoing import Bell
from piggybot.chat.telegram_errors import ours
from piggybot.chat.telegram_http import Requests
from piggybot.chat.telegram_updates import arrival_of
from piggybot.connections import apart
from piggybot.core.mail import File
from piggybot.settings import Settings

ALLOWED = ("message", "callback_query")
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class TelegramDoor(ChatDoor):
    """The door, on Telegram's own line."""

    def __init__(self, house: House, bell: Bell, timing: Timing | None = None) -> None:
        timing = timing or Timing()
        super().__init__(house, bell, TelegramLine(house.settings, timing), timing)


class TelegramLine:
    """The Line of the border, over Telegram's library."""

    def __init__(self, settings: Settings, timing: Timing) -> None:
        # Every address that it logs holds the token.
        logging.getLogger("telegram").setLevel(logging.WARNING)
        # Without it the library warns, with a traceback, at each 429.
        os.environ["PTB_TIMEDELTA"] = "true"
        origin, named = apart(settings.telegram_api_url.rstrip("/"))
        self._requests = (Requests(origin, named, timing), Requests(origin, named, timing))
        self._bot = Bot(
            settings.telegram_bot_token.get_secret_value(),
            base_url=f"{origin}/bot",
            base_file_url=f"{origin}/file/bot",
            request=self._requests[0],
            get_updates_request=self._requests[1],
        )

    async def fetch(self, offset: int | None, seconds: int) -> list[tuple[int, Arrival | None]]:
        updates = await ours(
            self._bot.get_updates(offset=offset, timeout=seconds, allowed_updates=ALLOWED)
        )
        return [(update.update_id, arrival_of(update)) for update in updates]

    def read(self, body: bytes) -> tuple[int, Arrival | None]:
        update = Update.de_json(json.loads(body), self._bot)
        return update.update_id, arrival_of(update)

    async def name(self) -> str:
        """How Telegram calls the bot that has this token."""
        return (await ours(self._bot.get_me())).username or ""

    async def hook_state(self) -> HookState:
        hook = await ours(self._bot.get_webhook_info())
        waits = hook.pending_update_count > 0
        return HookState(hook.url, (hook.last_error_message or "") if waits else "")

    async def hook(self, url: str, secret: str) -> None:
        await ours(
            self._bot.set_webhook(
                url,
                max_connections=1,
                allowed_updates=ALLOWED,
                drop_pending_updates=False,
                secret_token=secret,
            )
        )

    async def unhook(self) -> None:
        await ours(self._bot.delete_webhook(drop_pending_updates=False))

    async def menu(self, commands: Mapping[str, str]) -> None:
        await ours(self._bot.set_my_commands([BotCommand(*one) for one in commands.items()]))

    async def close(self) -> None:
        # The library's own shutdown does nothing unless its start, which asks Telegram, had worked.
        for request in self._requests:
            await request.shutdown()

    async def send(self, chat_id: int, letter: Letter) -> int:
        sent = await ours(
            self._bot.send_message(
                chat_id,
                letter.text,
                parse_mode=_mode(letter),
                reply_markup=_keyboard(letter),
                reply_parameters=_reply(letter),
                link_preview_options=NO_PREVIEW,
            )
        )
        return sent.message_id

    async def edit(self, chat_id: int, message_id: int, letter: Letter) -> None:
        await ours(
            self._bot.edit_message_text(
                letter.text,
                chat_id,
                message_id,
                parse_mode=_mode(letter),
                reply_markup=_keyboard(letter),
                link_preview_options=NO_PREVIEW,
            )
        )

    async def edit_caption(self, chat_id: int, message_id: int, letter: Letter) -> None:
        await ours(
            self._bot.edit_message_caption(
                chat_id,
                message_id,
                caption=letter.text or None,
                parse_mode=_mode(letter),
                reply_markup=_keyboard(letter),
            )
        )

    async def edit_photo(
        self, chat_id: int, message_id: int, picture: File, caption: Letter
    ) -> None:
        media = InputMediaPhoto(
            picture.content,
            caption=caption.text or None,
            parse_mode=_mode(caption),
            filename=picture.name,
        )
        await ours(
            self._bot.edit_message_media(
                media, chat_id, message_id, reply_markup=_keyboard(caption)
            )
        )

    async def photo(self, chat_id: int, picture: File, caption: Letter) -> int:
        sent = await ours(
            self._bot.send_photo(
                chat_id,
                picture.content,
                filename=picture.name,
                caption=caption.text or None,
                parse_mode=_mode(caption),
                reply_markup=_keyboard(caption),
                reply_parameters=_reply(caption),
            )
        )
        return sent.message_id

    async def document(self, chat_id: int, file: File, caption: Letter) -> int:
        sent = await ours(
            self._bot.send_document(
                chat_id,
                file.content,
                filename=file.name,
                caption=caption.text or None,
                parse_mode=_mode(caption),
                reply_markup=_keyboard(caption),
                reply_parameters=_reply(caption),
            )
        )
        return sent.message_id

    async def action(self, chat_id: int, action: str) -> None:
        await ours(self._bot.send_chat_action(chat_id, action))

    async def unbutton(self, chat_id: int, message_id: int) -> None:
        await ours(self._bot.edit_message_reply_markup(chat_id, message_id, reply_markup=None))

    async def delete(self, chat_id: int, message_id: int) -> None:
        await ours(self._bot.delete_message(chat_id, message_id))

    async def pin(self, chat_id: int, message_id: int) -> None:
        await ours(self._bot.pin_chat_message(chat_id, message_id, disable_notification=True))

    async def answer(self, query_id: str, alert: str) -> None:
        await ours(
            self._bot.answer_callback_query(query_id, text=alert or None, show_alert=bool(alert))
        )


def _mode(letter: Letter) -> str | None:
    return ParseMode.HTML if letter.html else None


def _reply(letter: Letter) -> ReplyParameters | None:
    if letter.reply_to is None:
        return None
    return ReplyParameters(letter.reply_to, allow_sending_without_reply=True)


def _keyboard(letter: Letter) -> InlineKeyboardMarkup | None:
    if not letter.buttons:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(one["label"], callback_data=one["data"]) for one in line]
            for line in letter.buttons
        ]
    )
