"""Telegram's HTML parse mode: text and entities out of marked-up text, or its refusal.

Alone, because it is a small parser with Telegram's own grammar: not a browser's, which forgives.
Offsets and lengths count UTF-16 units, as Telegram does; offsets in errors count bytes.

May import: nothing of ours.
"""

import re
from dataclasses import dataclass
from typing import Any

from piggybot.sandbox.telegram_errors import ApiError, cannot_parse

TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
ESCAPES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
LAST_CODE_POINT = 0x10FFFF
SURROGATES = range(0xD800, 0xE000)

_ESCAPE = re.compile(r"&(?:#(?P<dec>[0-9]+)|#[xX](?P<hex>[0-9a-fA-F]+)|(?P<name>[a-z]+));?")
_NAME = re.compile(r"[^\s>]*")
_ATTRIBUTE = re.compile(r"[^\s=>/\"']*")
_VALUE = re.compile(r"[^\s>]*")
_SPACE = re.compile(r"\s*")
_COMMAND = re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/])")


@dataclass(frozen=True, slots=True)
class Marked:
    """Plain text and its entities."""

    text: str
    entities: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class _Open:
    tag: str
    at: int
    argument: str


def units(text: str) -> int:
    """The length in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def commands_in(text: str) -> tuple[dict[str, Any], ...]:
    """The bot_command entities that a person's client adds to what was typed."""
    return tuple(
        {"type": "bot_command", "offset": units(text[: hit.start()]), "length": units(hit[0])}
        for hit in _COMMAND.finditer(text)
    )


def parse_html(source: str) -> Marked:
    """Text and entities of `source`; raises Telegram's 400 for what it would refuse."""
    return _Parser(source).parse()


class _Parser:
    """One pass over one message."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._out: list[str] = []
        self._length = 0
        self._open: list[_Open] = []
        self._entities: list[dict[str, Any]] = []

    def parse(self) -> Marked:
        while self._at < len(self._source):
            char = self._source[self._at]
            if char == "&":
                self._escape()
            elif char == "<":
                self._tag()
            else:
                self._emit(char)
                self._at += 1
        if self._open:
            tag = self._open[-1].tag
            raise cannot_parse(f'Can\'t find end tag corresponding to start tag "{tag}"')
        return _trimmed("".join(self._out), self._entities)

    def _emit(self, text: str) -> None:
        self._out.append(text)
        self._length += units(text)

    def _escape(self) -> None:
        hit = _ESCAPE.match(self._source, self._at)
        plain = _unescaped(hit) if hit else None
        if hit is None or plain is None:
            self._emit("&")
            self._at += 1
            return
        self._emit(plain)
        self._at = hit.end()

    def _tag(self) -> None:
        begin = self._at
        self._at += 1
        if self._source[self._at : self._at + 1] == "/":
            self._at += 1
            self._end_tag(begin)
        else:
            self._start_tag(begin)

    def _take(self, pattern: re.Pattern[str]) -> str:
        hit = pattern.match(self._source, self._at)
        assert hit is not None, "every pattern matches the empty text"
        self._at = hit.end()
        return hit[0]

    def _peek(self) -> str:
        return self._source[self._at : self._at + 1]

    def _error(self, reason: str, begin: int) -> ApiError:
        return cannot_parse(f"{reason} at byte offset {len(self._source[:begin].encode())}")

    def _start_tag(self, begin: int) -> None:
        tag = self._take(_NAME).lower()
        if not self._peek():
            raise self._error("Unclosed start tag", begin)
        if tag not in TYPES:
            raise self._error(f'Unsupported start tag "{tag}"', begin)
        argument = ""
        while True:
            self._take(_SPACE)
            if self._peek() == ">":
                break
            argument = self._attribute(tag, begin) or argument
        self._at += 1
        if tag == "span" and argument != "tg-spoiler":
            raise self._error('Tag "span" must have class "tg-spoiler"', begin)
        self._open.append(_Open(tag, self._length, argument))

    def _attribute(self, tag: str, begin: int) -> str:
        """Read one attribute; return its value where it matters for the tag."""
        if not self._peek():
            raise self._error("Unclosed start tag", begin)
        name = self._take(_ATTRIBUTE).lower()
        if not name:
            raise self._error(f'Empty attribute name in the tag "{tag}"', begin)
        self._take(_SPACE)
        if self._peek() != "=":
            if (tag, name) == ("blockquote", "expandable"):
                return name
            raise self._error(
                f'Expected equal sign in declaration of an attribute of the tag "{tag}"', begin
            )
        self._at += 1
        self._take(_SPACE)
        value = self._value(tag, begin)
        wanted = {"a": "href", "code": "class", "span": "class", "tg-emoji": "emoji-id"}
        return value if wanted.get(tag) == name else ""

    def _value(self, tag: str, begin: int) -> str:
        quote = self._peek()
        if quote not in ('"', "'"):
            return self._take(_VALUE)
        end = self._source.find(quote, self._at + 1)
        if not quote or end < 0:
            raise self._error("Unclosed start tag", begin)
        raw = self._source[self._at + 1 : end]
        self._at = end + 1
        return _ESCAPE.sub(lambda hit: _unescaped(hit) or hit[0], raw)

    def _end_tag(self, begin: int) -> None:
        if not self._open:
            raise self._error("Unexpected end tag", begin)
        found = self._take(_NAME).lower()
        self._take(_SPACE)
        if self._peek() != ">":
            raise self._error("Unclosed end tag", begin)
        self._at += 1
        opened = self._open.pop()
        if found not in ("", opened.tag):
            reason = f"Unmatched end tag at byte offset {len(self._source[:begin].encode())}, "
            raise cannot_parse(f'{reason}expected "</{opened.tag}>", found "</{found}>"')
        self._close(opened)

    def _close(self, opened: _Open) -> None:
        length = self._length - opened.at
        if not length:
            return
        entity: dict[str, Any] = {"type": TYPES[opened.tag], "offset": opened.at, "length": length}
        if opened.tag == "a":
            if not opened.argument:
                return
            entity["url"] = opened.argument
        if opened.tag == "blockquote" and opened.argument:
            entity["type"] = "expandable_blockquote"
        if opened.tag == "tg-emoji":
            entity["custom_emoji_id"] = opened.argument
        self._entities.append(entity)


def _unescaped(hit: re.Match[str]) -> str | None:
    """The character that an escape stands for, or None where it stands for itself."""
    if hit["name"]:
        return ESCAPES.get(hit["name"])
    code = int(hit["dec"]) if hit["dec"] else int(hit["hex"], 16)
    return chr(code) if 0 < code <= LAST_CODE_POINT and code not in SURROGATES else None


def _trimmed(text: str, entities: list[dict[str, Any]]) -> Marked:
    """Cut the white space around the text, as Telegram does, and the entities with it."""
    left = units(text) - units(text.lstrip())
    clean = text.strip()
    end = units(clean)
    kept = []
    for entity in sorted(entities, key=lambda one: (one["offset"], -one["length"])):
        start = max(0, entity["offset"] - left)
        stop = min(end, entity["offset"] + entity["length"] - left)
        if stop > start:
            kept.append(entity | {"offset": start, "length": stop - start})
    return Marked(clean, tuple(kept))


def plain(source: str) -> Marked:
    """The text without a parse mode: only trimmed."""
    return _trimmed(source, [])
