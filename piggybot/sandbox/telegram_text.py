"""What a text, a caption and a keyboard of a bot may be.

Alone, because every method that sends or edits asks the same. HTML is the only parse mode: it is
the only one that PiggyBot uses. The limits count UTF-16 units, the strictest reading of Telegram's.

May import: nothing of ours.
"""

from piggybot.sandbox.telegram_chats import Rows
from piggybot.sandbox.telegram_errors import bad
from piggybot.sandbox.telegram_html import Marked, parse_html, plain, units
from piggybot.sandbox.telegram_wire import Params

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
LONGEST_DATA = 64
ACTIONS = (
    "callback_data",
    "url",
    "web_app",
    "copy_text",
    "login_url",
    "switch_inline_query",
    "pay",
)


def keyboard(params: Params) -> Rows:
    """The inline buttons of a call; other keyboards have no buttons to press."""
    markup = params.decoded("reply_markup")
    if markup is None:
        return []
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    rows = markup.get("inline_keyboard", [])
    for button in (one for row in rows for one in row):
        if not button.get("text") or not any(name in button for name in ACTIONS):
            raise bad(
                "can't parse inline keyboard button: "
                "Text buttons are unallowed in the inline keyboard"
            )
        data = button.get("callback_data")
        if data is not None and not 1 <= len(str(data).encode()) <= LONGEST_DATA:
            raise bad("BUTTON_DATA_INVALID")
    return [[dict(one) for one in row] for row in rows if row]


def marked_text(params: Params, name: str) -> Marked:
    """Text with entities, by parse mode, or by the entities that the bot gave."""
    source = params.text(name)
    mode = params.text("parse_mode").lower()
    if mode not in ("", "html"):
        raise bad("unsupported parse_mode")
    if mode:
        return parse_html(source)
    given = params.decoded("caption_entities" if name == "caption" else "entities")
    return Marked(source, tuple(given)) if given else plain(source)


def check_text(marked: Marked) -> None:
    if not marked.text:
        raise bad("message text is empty")
    if units(marked.text) > LONGEST_TEXT:
        raise bad("message is too long")


def check_caption(marked: Marked) -> None:
    if units(marked.text) > LONGEST_CAPTION:
        raise bad("message caption is too long")
