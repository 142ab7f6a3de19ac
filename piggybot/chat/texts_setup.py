"""The words of setting up: greeting, keys, validation, forgetting.

Alone because these follow the guide that the product replaces, sentence by sentence.

May import: core, errors, wire.
"""

from collections.abc import Sequence

from piggybot.chat import texts_rules as rules
from piggybot.chat.texts import SANDBOX, e, listed, mark, pinned
from piggybot.core.keys import Removed
from piggybot.core.money import plain, quoted
from piggybot.core.people import Person
from piggybot.core.runs import Run
from piggybot.errors import PiggyError
from proxy.wire import AccountOut, CredentialsOut, Exchange, Holding, Mode, Problem

SAVE_AGAIN = "🔁 Replace the key"
CONFIRM_FORGET = "🗑 Remove the key"
STILL_TRACES = (
    "A sealed copy may still be on the disk: another program is reading the database.",
    "End that program on the host (a backup, perhaps), then /forget again.",
)
OVERLONG = (
    "That is longer than any exchange's API key. I kept nothing of it.",
    "Copy the key again, alone and whole; or type /cancel.",
)
NOTHING_TO_CANCEL = "There is nothing to cancel."
CANCELLED = "Cancelled. What you sent for it is forgotten; nothing changed."


def welcome(name: str, account: AccountOut, health: str) -> str:
    way = (
        "The way to a first order: /setkeys, /validate, /live on, /testbuy 2. On paper you can "
        "try everything at once. "
        if account.mode is Mode.PAPER
        else ""
    )
    return (
        f"🐷 Hello {e(name)}! I am PiggyBot.\n{pinned(account)}\n{health}\n\n"
        f"{way}/help lists all commands."
    )


def welcome_without_proxy(name: str, error: PiggyError) -> str:
    return (
        f"🐷 Hello {e(name)}! I am PiggyBot.\n❌ Backend health: {e(error.message)}\n"
        f"{e(error.hint)}\nI make your account as soon as it answers. Nothing is lost."
    )


def choose_exchange(venues: Sequence[Exchange]) -> str:
    waiting = [each for each in venues if not each.supported]
    others = listed([f"{e(each.title)}: not supported yet" for each in waiting])
    return (
        "🔑 Which exchange is the key for?"
        + (f"\n{others}" if others else "")
        + "\nMake a key that may read and trade, and cannot withdraw. /cancel ends this."
    )


def ask_key(title: str) -> str:
    return (
        f"Send the API key of {e(title)}, in one message. I seal it and delete your message. "
        "/cancel ends this."
    )


def ask_secret(title: str, deleted: bool | None) -> str:
    return (
        f"{deletion(deleted)}\nNow send the API secret of {e(title)}, in one message (many lines "
        "are fine). /cancel ends this."
    )


def deletion(deleted: bool | None) -> str:
    if deleted:
        return "🧹 I deleted your message. Telegram may still hold copies: deleting is not erasing."
    return (
        "⚠️ I could not delete your message: please delete it yourself. Telegram may hold copies "
        "all the same: deleting is not erasing."
    )


def keys_saved(exchange: str, hint: str, deleted: bool | None) -> str:
    """`deleted` is None where a button saved them: what became of the message was told before."""
    gone = "" if deleted is None else f"{deletion(deleted)}\n"
    return (
        f"✅ Keys saved for {e(exchange)}{_ending(hint)}, sealed: only the trading service can "
        f"read them.\n{gone}Next: /validate"
    )


def _ending(hint: str) -> str:
    """The last letters of a key, where they are known."""
    return f" (…{e(hint)})" if hint else ""


def replace_question(exchange: str, hint: str, held: Sequence[Holding]) -> str:
    same = (
        f"\n⚠️ The bot still holds {_coins(held)}, bought with that key. The new key must be of the "
        "same account: of another, the bot would sell other coins of yours."
    )
    return (
        f"A validated key for {e(exchange)}{_ending(hint)} is saved already. Replacing it turns "
        f"live trading off first, and the new key has to be validated. Replace it?"
        f"{same if held else ''}"
    )


def validated(out: CredentialsOut, *, sandbox: bool) -> str:
    may = out.permissions
    rights = [
        f"Trade: {_says(may.trade)}",
        f"Withdraw: {_says(may.withdraw)}",
        f"Bound to an IP address: {_says(may.ipRestricted)}",
    ]
    warnings = "".join(f"\n⚠️ {e(warning)}" for warning in out.warnings)
    mark = f"{SANDBOX} " if sandbox else ""
    return (
        f"{mark}✅ Credentials validated and synced for {e(out.exchange)}.\n"
        f"{listed(rights)}{warnings}\nValidation status: ✅ Validated\nNext: /live on"
    )


def _says(answer: bool | None) -> str:
    return "the exchange does not tell" if answer is None else ("yes" if answer else "no")


def refused(exchange: str, problem: Problem) -> str:
    return (
        f"❌ {e(exchange)} did not accept the key ({e(problem.code)}).\n{e(problem.message)}\n"
        f"{e(problem.hint)}\nValidation status: ❌ not validated"
    )


def no_key(exchange: str) -> str:
    return f"No key for {e(exchange)} is saved. /setkeys saves one, then /validate."


def nothing_to_forget(exchange: str) -> str:
    key = f"key for {quoted(exchange)}" if exchange else "key"
    return f"No {key} is saved, so there is nothing to remove."


def forget_question(names: Sequence[str], held: Sequence[Holding]) -> str:
    left = (
        f"\n⚠️ The bot still holds {_coins(held)}, bought with it: without the key it cannot sell "
        "that. /sell all comes first, if you want it to."
    )
    return (
        f"Remove the key for {e(', '.join(names))} from this bot and from the trading service? "
        "Live trading with it ends. The key itself lives on at the exchange until you delete it "
        "there."
        f"{left if held else ''}"
    )


def left_behind(account: AccountOut) -> str:
    """An account at the proxy that this bot has no memory of."""
    keys = ", ".join(key.exchange for key in account.keys)
    there = [
        f"holds {_coins(account.holdings)}" if account.holdings else "",
        f"{len(account.unresolved)} orders not over" if account.unresolved else "",
        f"keys for {e(keys)}" if keys else "",
    ]
    return (
        "⚠️ The trading service has an account that I do not know: "
        f"<code>{e(account.userId)}</code> {mark(account.mode, sandbox=account.sandbox)}: "
        f"{'; '.join(filter(None, there))}.\n"
        "If my database was lost, that is yours, and I can neither show nor sell it. Stop me and "
        "put my database back from its backup. Without a backup: take the new one away, write "
        f"<code>USER_ID={e(account.userId)}</code> into .env, and pair again.\n"
        "/stop holds this account, too."
    )


def unlisted(runs: Sequence[Run]) -> str:
    """To somebody who may not command this bot any more."""
    return (
        "⏸ The owner has taken you off this bot's list, so it hears you no more. Your runs are "
        f"paused and buy nothing:\n{_titles(runs)}\n"
        "What they hold is yours; as long as this bot runs with your key, their exits still sell "
        "it. Or sell it at the exchange, and delete the key there."
    )


def unlisted_member(person: Person, runs: Sequence[Run]) -> str:
    """To the owner, of that somebody."""
    return (
        f"⏸ {e(person.name)} (<code>{person.id}</code>) is not listed in the settings any more and "
        f"cannot stop anything here. Their runs are paused and buy nothing:\n{_titles(runs)}\n"
        "What they hold stays guarded by their exits. Your /stop stops all accounts, theirs too."
    )


def _titles(runs: Sequence[Run]) -> str:
    return listed([rules.title(run) for run in runs])


def _coins(held: Sequence[Holding]) -> str:
    return ", ".join(f"{plain(one.units)} {e(one.symbol.split('/')[0])}" for one in held)


def forgotten(gone: Removed) -> str:
    return (
        f"🗑 Removed here and at the trading service: {_names(gone) or 'no key was left'}.\n"
        "Delete the key at the exchange too: only then is it worth nothing to anyone."
        f"{_traces(gone)}"
    )


def forgotten_here(error: PiggyError, gone: Removed) -> str:
    return (
        f"🗑 Removed from this bot.\n⚠️ The trading service still has its copy: {e(error.message)}\n"
        "I keep trying until it is removed there too, and tell you. Or delete the key at the "
        "exchange."
        f"{_traces(gone)}"
    )


def forgotten_late(gone: Removed) -> str:
    return (
        f"🗑 The trading service has removed its copy now: {_names(gone) or 'nothing was left'}."
        f"{_traces(gone)}"
    )


def _names(gone: Removed) -> str:
    return e(", ".join(sorted(set(gone.exchanges))))


def _traces(gone: Removed) -> str:
    return "\n⚠️ " + " ".join(STILL_TRACES) if gone.traces else ""
