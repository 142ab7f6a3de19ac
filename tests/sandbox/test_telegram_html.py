"""Telegram's HTML: what it reads, and what it refuses in which words.

May import: sandbox.
"""

import pytest

from piggybot.sandbox.telegram_errors import ApiError
from piggybot.sandbox.telegram_html import commands_in, parse_html

READ = [
    ("plain", "plain", []),
    ("  around \n", "around", []),
    ("<b>bold</b>", "bold", [("bold", 0, 4)]),
    ("<strong>x</strong><em>y</em>", "xy", [("bold", 0, 1), ("italic", 1, 1)]),
    (
        "<u>u</u><s>s</s><i>i</i>",
        "usi",
        [("underline", 0, 1), ("strikethrough", 1, 1), ("italic", 2, 1)],
    ),
    ("<code>1.23</code>", "1.23", [("code", 0, 4)]),
    ("<pre>a\n  b</pre>", "a\n  b", [("pre", 0, 5)]),
    ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
    ("<B>case</B>", "case", [("bold", 0, 4)]),
    ("🔴<b>LIVE</b>", "🔴LIVE", [("bold", 2, 4)]),
    (" <b> cut </b> ", "cut", [("bold", 0, 3)]),
    ("<b></b>nothing", "nothing", []),
    ('<a href="https://x.y/?a=1&amp;b=2">x</a>', "x", [("text_link", 0, 1)]),
    ("<tg-spoiler>s</tg-spoiler>", "s", [("spoiler", 0, 1)]),
    ('<span class="tg-spoiler">s</span>', "s", [("spoiler", 0, 1)]),
    ("<blockquote>q</blockquote>", "q", [("blockquote", 0, 1)]),
    ("<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", 0, 1)]),
    ("&lt;b&gt; &amp; &quot;", '<b> & "', []),
    ("&#60;&#x3E;", "<>", []),
    ("&#39; &copy; &", "' &copy; &", []),
    ("&#xD800; &#0;", "&#xD800; &#0;", []),
    ("a > b", "a > b", []),
]

REFUSED = [
    ("<b>open", 'Can\'t find end tag corresponding to start tag "b"'),
    ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
    ("x</b>", "Unexpected end tag at byte offset 1"),
    ("a <blink>x</blink>", 'Unsupported start tag "blink" at byte offset 2'),
    ("5 < 6", 'Unsupported start tag "" at byte offset 2'),
    ("é<br>", 'Unsupported start tag "br" at byte offset 2'),
    ("<b", "Unclosed start tag at byte offset 0"),
    ("<b>x</b", "Unclosed end tag at byte offset 4"),
    ('<a href="x>y</a>', "Unclosed start tag at byte offset 0"),
    ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    (
        "<a href>x</a>",
        'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0',
    ),
]


@pytest.mark.parametrize(("source", "text", "entities"), READ)
def test_html_is_read_as_text_and_entities(
    source: str, text: str, entities: list[tuple[str, int, int]]
) -> None:
    marked = parse_html(source)
    assert marked.text == text
    assert [(one["type"], one["offset"], one["length"]) for one in marked.entities] == entities


@pytest.mark.parametrize(("source", "reason"), REFUSED)
def test_html_is_refused_in_telegrams_words(source: str, reason: str) -> None:
    with pytest.raises(ApiError) as refused:
        parse_html(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {reason}"


def test_a_links_address_is_unescaped() -> None:
    link = parse_html('<a href="https://x.y/?a=1&amp;b=2">x</a>').entities[0]
    assert link["url"] == "https://x.y/?a=1&b=2"


def test_commands_in_a_persons_words_are_marked_as_their_phone_does() -> None:
    assert commands_in("/testbuy 2") == ({"type": "bot_command", "offset": 0, "length": 8},)
    assert commands_in("🔴 /stop") == ({"type": "bot_command", "offset": 3, "length": 5},)
    assert commands_in("BTC/USDT and https://x.y/z") == ()
