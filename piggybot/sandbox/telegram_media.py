"""The Bot API's methods about pictures and documents, and the sign that somebody is typing.

Alone, because files have limits of their own: a picture's bytes, its sides, its caption.

May import: nothing of ours.
"""

from piggybot.sandbox.telegram_chats import Chats, Json
from piggybot.sandbox.telegram_errors import bad
from piggybot.sandbox.telegram_files import JPEG, PNG, File, sides
from piggybot.sandbox.telegram_messages import MessageMethods, Method
from piggybot.sandbox.telegram_text import check_caption, keyboard, marked_text
from piggybot.sandbox.telegram_wire import Params

LARGEST_PHOTO = 10 * 1024 * 1024
MOST_SIDES = 10_000
WIDEST = 20
MEDIA = ("photo", "document")
ACTIONS = (
    *("typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice"),
    *("upload_document", "choose_sticker", "find_location", "record_video_note"),
    "upload_video_note",
)


class MediaMethods:
    """Each method takes the parameters of a call and returns its `result`."""

    def __init__(self, chats: Chats, messages: MessageMethods) -> None:
        self._chats = chats
        self._messages = messages

    def table(self) -> dict[str, Method]:
        """The methods by their lower-case names."""
        return {
            "senddocument": lambda params: self._send(params, "document"),
            "sendphoto": lambda params: self._send(params, "photo"),
            "sendchataction": self.send_chat_action,
            "editmessagecaption": self.edit_caption,
            "editmessagemedia": self.edit_media,
        }

    def send_chat_action(self, params: Params) -> bool:
        chat, action = self._messages.chat(params), params.text("action")
        if action not in ACTIONS:
            raise bad("wrong parameter action in request")
        self._chats.happened("action", chat.id, action)
        return True

    def edit_caption(self, params: Params) -> Json:
        message = self._messages.own(params)
        if message.file is None:
            raise bad("there is no caption in the message to edit")
        marked = marked_text(params, "caption")
        check_caption(marked)
        return self._messages.edit(message, params, marked, params.text("caption"))

    def edit_media(self, params: Params) -> Json:
        """Another picture or document with its caption; a text message becomes one, too."""
        message = self._messages.own(params)
        media = params.decoded("media")
        if not isinstance(media, dict) or media.get("type") not in MEDIA:
            raise bad("can't parse InputMedia: type must be photo or document")
        given = Params({**media, media["type"]: media.get("media", "")}, params.files)
        marked = marked_text(given, "caption")
        check_caption(marked)
        rows, file = keyboard(params), self._file(given, media["type"])
        message.kind, message.file = str(media["type"]), file
        message.reworded = True
        return self._messages.change(message, rows, marked, given.text("caption"))

    def _send(self, params: Params, kind: str) -> Json:
        chat = self._messages.chat(params)
        marked = marked_text(params, "caption")
        check_caption(marked)
        return self._messages.post(chat, params, marked, (kind, self._file(params, kind)))

    def _file(self, params: Params, kind: str) -> File:
        reference = params.text(kind)
        upload = params.files.get(reference.removeprefix("attach://") or kind)
        if upload is None:
            known = self._chats.files.get(reference)
            if known is None:
                raise bad("wrong file identifier/HTTP URL specified")
            return known
        if not upload.data:
            raise bad("file must be non-empty")
        if kind == "photo":
            _check_photo(upload.data)
        return self._chats.keep(upload.name, upload.mime, upload.data)


def _check_photo(data: bytes) -> None:
    """What Telegram takes as a picture; the sides are looked at where it is a PNG."""
    if len(data) > LARGEST_PHOTO:
        raise bad(
            f"file of size {len(data)} bytes is too big for a photo; "
            f"the maximum size is {LARGEST_PHOTO} bytes"
        )
    if not data.startswith((PNG, JPEG)):
        raise bad("IMAGE_PROCESS_FAILED")
    if data.startswith(PNG):
        width, height = sides(data)
        if width + height > MOST_SIDES or max(width, height) > WIDEST * min(width, height):
            raise bad("PHOTO_INVALID_DIMENSIONS")
