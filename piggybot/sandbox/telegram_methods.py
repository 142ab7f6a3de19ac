"""The Bot API's other methods: the bot itself, its menu, chats, files and the webhook's record.

Alone, because none of them is seen in a chat. Polling is refused while a webhook is set, as
Telegram does. As a Bot API server of one's own does, a webhook of this machine may be plain HTTP.

May import: nothing of ours.
"""

import json
import re
from urllib.parse import urlsplit

from piggybot.sandbox.telegram_chats import Chats, Json, pinned_in
from piggybot.sandbox.telegram_errors import bad
from piggybot.sandbox.telegram_messages import MessageMethods, Method
from piggybot.sandbox.telegram_updates import MOST, Updates, Wanted
from piggybot.sandbox.telegram_webhook import HERE, Webhook
from piggybot.sandbox.telegram_wire import Params

MOST_COMMANDS = 100
LONGEST_HELP = 256
MOST_CONNECTIONS = 40
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")


class BotMethods:
    """Each method takes the parameters of a call and returns its `result`."""

    def __init__(
        self, chats: Chats, updates: Updates, messages: MessageMethods, hook: Webhook
    ) -> None:
        self.webhook = ""
        self.commands: dict[str, list[Json]] = {}
        self._described: dict[str, str] = {}
        self._chats = chats
        self._updates = updates
        self._messages = messages
        self._hook = hook

    def table(self) -> dict[str, Method]:
        """The methods by their lower-case names."""
        return {
            "getme": self.get_me,
            "logout": lambda _: True,
            "close": lambda _: True,
            "getchat": self.get_chat,
            "getfile": self.get_file,
            "setwebhook": self.set_webhook,
            "deletewebhook": self.delete_webhook,
            "getwebhookinfo": self.webhook_info,
            "setmycommands": self.set_commands,
            "getmycommands": self.get_commands,
            "deletemycommands": self.delete_commands,
            "setmydescription": lambda params: self._describe(params, "description"),
            "setmyshortdescription": lambda params: self._describe(params, "short_description"),
            "getmydescription": lambda _: self._description("description"),
            "getmyshortdescription": lambda _: self._description("short_description"),
        }

    def get_me(self, _: Params) -> Json:
        return self._chats.bot.to_json() | {
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }

    def get_chat(self, params: Params) -> Json:
        chat = self._messages.chat(params)
        full: Json = chat.to_json() | {
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": {
                "unlimited_gifts": True,
                "limited_gifts": True,
                "unique_gifts": True,
                "premium_subscription": True,
                "gifts_from_channels": True,
            },
        }
        pinned = pinned_in(self._chats.ever(chat.id))
        return full | ({"pinned_message": pinned.to_json()} if pinned else {})

    def get_file(self, params: Params) -> Json:
        file = self._chats.files.get(params.text("file_id"))
        if file is None:
            raise bad("invalid file_id")
        return file.to_json() | {"file_path": f"documents/{file.id}"}

    def set_webhook(self, params: Params) -> bool:
        url = params.text("url")
        if url and not (url.startswith("https://") or urlsplit(url).hostname in HERE):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        secret = params.text("secret_token")
        if secret and not _SECRET.fullmatch(secret):
            raise bad("secret token contains unallowed characters")
        self.webhook = url
        self._drop_pending(params)
        self._updates.allowed = tuple(params.decoded("allowed_updates") or self._updates.allowed)
        self._hook.point(url, secret)
        return True

    def delete_webhook(self, params: Params) -> bool:
        self.webhook = ""
        self._drop_pending(params)
        self._hook.point("", "")
        return True

    def webhook_info(self, _: Params) -> Json:
        info: Json = {
            "url": self.webhook,
            "has_custom_certificate": False,
            "pending_update_count": self._updates.pending,
        }
        if self.webhook:
            info["max_connections"] = MOST_CONNECTIONS
        if self.webhook and self._hook.error:
            at, words = self._hook.error
            info |= {"last_error_date": int(at.timestamp()), "last_error_message": words}
        if self._updates.allowed:
            info["allowed_updates"] = list(self._updates.allowed)
        return info

    def set_commands(self, params: Params) -> bool:
        commands = params.decoded("commands") or []
        if len(commands) > MOST_COMMANDS:
            raise bad("BOT_COMMANDS_TOO_MUCH")
        for one in commands:
            if not _COMMAND.fullmatch(str(one.get("command", ""))):
                raise bad("BOT_COMMAND_INVALID")
            if not 1 <= len(str(one.get("description", ""))) <= LONGEST_HELP:
                raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        self.commands[_scope(params)] = commands
        return True

    @property
    def menu(self) -> list[Json]:
        """The commands that everybody is offered."""
        return self.get_commands(Params())

    def get_commands(self, params: Params) -> list[Json]:
        return self.commands.get(_scope(params), [])

    def delete_commands(self, params: Params) -> bool:
        self.commands.pop(_scope(params), None)
        return True

    def _drop_pending(self, params: Params) -> None:
        if params.truth("drop_pending_updates"):
            self._updates.forget()

    def _describe(self, params: Params, name: str) -> bool:
        self._described[name] = params.text(name)
        return True

    def _description(self, name: str) -> Json:
        return {name: self._described.get(name, "")}


def wanted(params: Params) -> Wanted:
    """The parameters of getUpdates."""
    allowed = params.decoded("allowed_updates")
    return Wanted(
        offset=params.integer("offset"),
        limit=params.integer("limit", MOST),
        timeout=params.number("timeout"),
        allowed=None if allowed is None else tuple(str(one) for one in allowed),
    )


def _scope(params: Params) -> str:
    """The key under which a menu is kept: its scope and its language."""
    scope = params.decoded("scope") or {"type": "default"}
    return json.dumps(scope, sort_keys=True) + params.text("language_code")
