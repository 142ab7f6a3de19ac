"""Bad input in the chat, about everything but money: what is typed, and the whole answer.

A table, read by test_bad_input.py.
"""

# ruff: noqa: RUF001

from tests.stories.bad_input import Typed

FRESH = (
    Typed(
        "hello",
        "I was not asking for anything, and this is not a command: a command begins with "
        "/. /help shows what I can do.",
    ),
    Typed(
        "buy 5",
        "I was not asking for anything, and this is not a command: a command begins with "
        "/. /help shows what I can do.",
    ),
    Typed("/fly", "I do not know /fly. /help shows what I can do."),
    Typed("/stauts", "I do not know /stauts. Did you mean /status? /help shows what I can do."),
    Typed("/byu 5", "I do not know /byu. Did you mean /buy? /help shows what I can do."),
    Typed("/", "That is not a command of mine. /help shows what I can do."),
    Typed("/<b>x</b>", "That is not a command of mine. /help shows what I can do."),
    Typed(
        "\u202e/buy 5",
        "I was not asking for anything, and this is not a command: a command begins with "
        "/. /help shows what I can do.",
    ),
    Typed("", "I can read text only. /help shows what I can do."),
    Typed(
        "x" * 4096,
        "That looked like a key or a secret, which I was not asking for. I kept nothing "
        "of it. /setkeys saves a key. I deleted your message from this chat.",
    ),
    Typed(
        "word " * 800,
        "I was not asking for anything, and this is not a command: a command begins with "
        "/. /help shows what I can do.",
    ),
    Typed(
        "/sell all",
        "❌ There is nothing to sell: the bot holds nothing.\n"
        "It only sells what it has bought itself, never your other coins. /status shows "
        "what it holds.",
    ),
    Typed(
        "/sell all BTC",
        "❌ There is nothing to sell: the bot holds no BTC.\n"
        "It only sells what it has bought itself, never your other coins. /status shows "
        "what it holds.",
    ),
    Typed("/validate", "❌ No key for binanceus is saved. /setkeys saves one, then /validate."),
    Typed("/validate kraken", "❌ Kraken is not supported yet.\nChoose binanceus or binance."),
    Typed("/validate <b>x", "❌ I know no exchange called “<b>x”.\nChoose binanceus or binance."),
    Typed(
        "/forget", "❌ No key is saved, so there is nothing to remove.\n/status shows your keys."
    ),
    Typed(
        "/forget nonsense",
        "❌ No key for “nonsense” is saved, so there is nothing to remove.\n"
        "/status shows your keys.",
    ),
    Typed(
        "/forget kraken",
        "❌ No key for “kraken” is saved, so there is nothing to remove.\n/status shows your keys.",
    ),
    Typed("/cancel", "There is nothing to cancel."),
    Typed("/resume", "No stop is in force. /status shows everything."),
    Typed("/trades -1", "❌ “-1” is below zero.\nType it like this: /trades 10"),
    Typed("/trades 0", "❌ I show 1 to 50 trades, not 0.\n/export sends you all of them."),
    Typed("/trades 51", "❌ I show 1 to 50 trades, not 51.\n/export sends you all of them."),
    Typed("/trades 99999999", "❌ “99999999” is too large.\nType it like this: /trades 10"),
    Typed("/trades ten", "❌ “ten” is not a whole number like 5.\nType it like this: /trades 10"),
    Typed("/trades ２", "❌ “２” is not a whole number like 5.\nType it like this: /trades 10"),
    Typed(
        "/setkeys nonsense",
        "❌ I know no exchange called “nonsense”.\nChoose binanceus or binance.",
    ),
    Typed("/setkeys kraken", "❌ Kraken is not supported yet.\nChoose binanceus or binance."),
    Typed(
        "/setkeys coinbasepro",
        "❌ Coinbase Pro no longer exists. Its heir, Coinbase, is not supported yet.\n"
        "Choose binanceus or binance.",
    ),
    Typed("/setkeys coinbase", "❌ Coinbase is not supported yet.\nChoose binanceus or binance."),
    Typed("/setkeys <b>x", "❌ I know no exchange called “<b>x”.\nChoose binanceus or binance."),
    Typed(
        "/setkeys binanceus onlykey",
        "❌ A key and its secret belong together. Nothing was saved.\n"
        "Type /setkeys, and answer one question at a time.\n"
        "🧹 I deleted your message. Telegram may still hold copies: deleting is not erasing.",
    ),
    Typed(
        "/setkeys binanceus onlykey  ",
        "❌ A key and its secret belong together. Nothing was saved.\n"
        "Type /setkeys, and answer one question at a time.\n"
        "🧹 I deleted your message. Telegram may still hold copies: deleting is not erasing.",
    ),
    Typed(
        "/setkeys nonsense k s",
        "❌ I know no exchange called “nonsense”.\n"
        "Choose binanceus or binance.\n"
        "🧹 I deleted your message. Telegram may still hold copies: deleting is not erasing.",
    ),
    Typed(
        "/setkeys kraken k s",
        "❌ Kraken is not supported yet.\n"
        "Choose binanceus or binance.\n"
        "🧹 I deleted your message. Telegram may still hold copies: deleting is not erasing.",
    ),
    Typed(
        "/setkeys binanceus key with spaces",
        "A secret has no spaces inside, and this has. I kept nothing of it. Type "
        "/setkeys, and answer one question at a time. I deleted your message from this chat.",
    ),
    Typed(
        "/setkeys binanceus " + "k" * 513 + " s",
        "That is longer than any exchange's API key. I kept nothing of it. Type "
        "/setkeys, and answer one question at a time. I deleted your message from this chat.",
    ),
    Typed(
        "/live", "❌ Something is missing after /live.\nType it like this: /live on, or /live off"
    ),
    Typed(
        "/live maybe",
        "❌ I need the word on or off after /live.\nType it like this: /live on, or /live off",
    ),
    Typed(
        "/live <b>x",
        "❌ I need the word on or off after /live.\nType it like this: /live on, or /live off",
    ),
    Typed(
        "/live on",
        "🔒 Live trading is not on. Still missing:\n"
        "• ❌ A key for binanceus: /setkeys, then /validate\n"
        "Then: /live on",
    ),
    Typed(
        "/limits nonsense",
        "❌ I need one limit and its new value.\n"
        "Type it like this: /limits trade 20, /limits day 5 or /limits loss 2",
    ),
    Typed(
        "/limits trade",
        "❌ I need one limit and its new value.\n"
        "Type it like this: /limits trade 20, /limits day 5 or /limits loss 2",
    ),
    Typed(
        "/limits trade 1",
        "❌ $1.00 is below the smallest trade, $2.00.\n"
        "/limits day 0 forbids buys; /stop stops everything.",
    ),
    Typed(
        "/limits trade 0",
        "❌ “0”: The amount must be more than zero.\n"
        "Type it like this: /limits trade 20, /limits day 5 or /limits loss 2",
    ),
    Typed(
        "/limits trade 100",
        "❌ Max trade: the operator allows at most $50.00.\n"
        "Choose less. The operator can change that in .env.",
    ),
    Typed(
        "/limits trade nan",
        "❌ “nan”: That is not a number that can be spent.\n"
        "Type it like this: /limits trade 20, /limits day 5 or /limits loss 2",
    ),
    Typed(
        "/limits day -1",
        "❌ “-1” is below zero.\n"
        "Type it like this: /limits trade 20, /limits day 5 or /limits loss 2",
    ),
    Typed(
        "/limits day 1.5",
        "❌ “1.5” is not a whole number like 5.\n"
        "Type it like this: /limits trade 20, /limits day 5 or /limits loss 2",
    ),
    Typed(
        "/limits day 21",
        "❌ Daily trades: the operator allows at most 20.\n"
        "Choose less. The operator can change that in .env.",
    ),
    Typed(
        "/limits day 9999999",
        "❌ “9999999” is too large.\n"
        "Type it like this: /limits trade 20, /limits day 5 or /limits loss 2",
    ),
    Typed(
        "/limits loss 10",
        "❌ Max daily loss: the operator allows at most 5%.\n"
        "Choose less. The operator can change that in .env.",
    ),
    Typed(
        "/limits loss -1",
        "❌ “-1”: An amount cannot be negative.\n"
        "Type it like this: /limits trade 20, /limits day 5 or /limits loss 2",
    ),
    Typed(
        "/limits loss five",
        "❌ “five”: That is not an amount.\n"
        "Type it like this: /limits trade 20, /limits day 5 or /limits loss 2",
    ),
    Typed(
        "/limits day 5 6",
        "❌ I need one limit and its new value.\n"
        "Type it like this: /limits trade 20, /limits day 5 or /limits loss 2",
    ),
    Typed(
        "/limits <b>x 5",
        "❌ There is no limit called “<b>x”.\n"
        "Type it like this: /limits trade 20, /limits day 5 or /limits loss 2",
    ),
)
"""A new owner: paper, no key, no question open."""

ASKED_FOR_KEY = (
    Typed(
        "what is that?",
        "A key or a secret has no spaces inside, and this has. I kept nothing of it. "
        "Copy it again, whole, and send nothing else in that message; /cancel ends my "
        "question. I deleted your message from this chat.",
    ),
    Typed("", "I can read text only. /help shows what I can do."),
    Typed(
        "/fly away",
        "A key or a secret has no spaces inside, and this has. I kept nothing of it. "
        "Copy it again, whole, and send nothing else in that message; /cancel ends my "
        "question. I deleted your message from this chat.",
    ),
    Typed(
        "k" * 513,
        "❌ That is longer than any exchange's API key. I kept nothing of it.\n"
        "Copy the key again, alone and whole; or type /cancel.\n"
        "🧹 I deleted your message. Telegram may still hold copies: deleting is not erasing.",
    ),
)
"""/setkeys has asked for the API key."""

ASKED_FOR_BUTTON = (
    Typed("hello", "❌ I am waiting for the button above.\nPress it, or type /cancel."),
)
"""/setkeys has asked whether a validated key is to be replaced."""
