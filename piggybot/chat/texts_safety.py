"""The words of safety: going live, stop and resume, limits, and the proxy's health.

Alone because these are read in a hurry: each says exactly what is and is not so.

May import: core, errors, wire.
"""

from collections.abc import Sequence
from datetime import datetime

from piggybot.chat import texts_rules as rules
from piggybot.chat.texts import e, listed, mark, pinned
from piggybot.core.holdings import really_held
from piggybot.core.money import usd, usd_exact
from piggybot.core.runs import Run
from piggybot.errors import BrokerDown, PiggyError
from proxy.wire import AccountOut, HealthOut, Limits, Mode, Problem, StopOut

CONFIRM_LIVE = "🔴 ENABLE LIVE TRADING (I understand the risks)"
CONFIRM_RESUME = "▶️ Resume"
CONFIRM_LIMITS = "⬆️ Raise the limit"
SOON = 60
HOUR = 3600
TOKEN_QUESTION = (
    "🔑 The trading service asks for its LIVE_CONFIRM_TOKEN. Send it in one message: I seal it, so "
    "that only the service can read it, and delete your message. /cancel ends this."
)


def limits_lines(limits: Limits) -> str:
    return listed(
        [
            f"Smallest trade: {usd(limits.minTradeUsd)}",
            f"Max trade: {usd(limits.maxTradeUsd)}",
            f"Max share of the account a trade: {rules.share(limits.maxTradeShare)}",
            f"Daily trades: {limits.maxTradesPerDay}",
            f"Max daily loss: {rules.share(limits.maxDailyLossShare)}",
            f"Allowed symbols: {e(', '.join(limits.symbols))}",
        ]
    )


def live_missing(missing: Sequence[str]) -> str:
    return f"🔒 Live trading is not on. Still missing:\n{listed(missing)}\nThen: /live on"


def still_asking(account: AccountOut) -> str:
    return (
        f"❌ An answer of {e(account.exchange)} about {account.unasked} of the orders from before "
        "the restart: it is asked again and again; /status shows them"
    )


def live_warning(account: AccountOut, runs: Sequence[Run]) -> str:
    return (
        f"⚠️ <b>Enable Live Trading?</b> {mark(Mode.LIVE, sandbox=account.sandbox)}\n"
        "This will execute REAL trades with REAL money!\n"
        f"Exchange: {e(account.exchange)}\n{limits_lines(account.limits)}\n"
        f"{_at_work(account, runs)}"
        "The button works once, for 60 seconds. /stop ends everything at once."
    )


LIVE_UNNAMED = (
    "A run was put to work after you were asked, so live trading was not turned on.",
    "Type /live on again: it names all runs that will spend.",
)


def _at_work(account: AccountOut, runs: Sequence[Run]) -> str:
    """Programs that will spend it without asking again."""
    if not runs:
        return ""
    named = [f"{rules.title(run)}: {usd_exact(run.amount_usd)} a buy" for run in runs]
    real = really_held(account, [account.exchange])
    begins = "goes on with what it has bought with real money" if real else "begins with nothing"
    return (
        f"🤖 With it, these runs trade with real money by themselves:\n{listed(named)}\n"
        f"Each {begins}; what it holds on paper rests. /runs pauses them.\n"
    )


def live_on(account: AccountOut) -> str:
    return f"✅ Live trading enabled!\n{pinned(account)}\nNext: /testbuy 2"


def live_already(account: AccountOut) -> str:
    return f"Live trading is on already.\n{pinned(account)}"


def live_unsure(down: BrokerDown) -> tuple[str, str]:
    """A question for live without an answer: what is known of the mode now."""
    if not down.sent:
        return f"Live trading is not on. {down.message}", down.hint
    return (
        f"{down.message} So I do not know whether live trading is on.",
        "/status shows it. /live off turns it off, /stop ends everything.",
    )


def live_off_unsure(down: BrokerDown) -> tuple[str, str]:
    known = "was not turned off" if not down.sent else "may still be on"
    return (
        f"Live trading {known}. {down.message}",
        "/stop stops this bot at once, and tells the trading service as soon as it answers.",
    )


def live_off(account: AccountOut) -> str:
    reducing = (
        "\nThe bot still holds what it bought live, so sells stay real until that is sold."
        if account.mode is Mode.REDUCING
        else ""
    )
    return f"✅ Live trading is off.\n{pinned(account)}{reducing}"


def _whose(everyone: bool) -> str:
    return "all accounts" if everyone else "your account"


def gate_closed(*, everyone: bool) -> str:
    return (
        f"🛑 Stopped: the gate is closed for {_whose(everyone)}. No new order leaves.\n"
        "Now looking after what was on its way …"
    )


def stop_not_delivered(error: PiggyError, *, everyone: bool) -> str:
    return (
        f"🛑 This bot is stopped: it sends nothing more for {_whose(everyone)}.\n"
        f"⚠️ The trading service has not got the stop: {e(error.message)}\n"
        "Not stopped: an order that is there already, or at the exchange, and other programs that "
        "use the trading service. I keep trying until it answers, and tell you.\n"
        "At once, on the host: <code>piggybot stop</code>. Or cancel at the exchange itself."
    )


def stop_unwritten(why: Problem, *, everyone: bool) -> str:
    """The proxy obeys, and cannot keep it."""
    return (
        f"🛑 Stopped: nothing leaves any more for {_whose(everyone)}, neither from here nor from "
        f"the trading service.\n⚠️ It could not write that down: {e(why.message)} Started again, it "
        "has forgotten the stop, so I give it again and again, and tell you when it is kept.\n"
        "Orders that were open or on their way: look at the exchange what became of them.\n"
        f"{e(why.hint)} To be certain at once: <code>piggybot stop</code> there, or remove the API "
        "key at the exchange."
    )


def stop_settled(out: StopOut) -> str:
    head = "nothing in flight" if not out.inFlight else f"{out.inFlight} in flight"
    look = (
        "\n⚠️ Unknown means that the exchange has not said what became of them. I keep asking; "
        "look at the exchange too."
        if out.unknown
        else ""
    )
    return (
        f"🛑 Stop complete: {head}, {out.cancelled} cancelled, {out.unknown} unknown.{look}\n"
        + ("/resume ends the stop. It never goes back into LIVE by itself.")
    )


def resume_question(*, everyone: bool) -> str:
    others = (
        "\nOther people's accounts stay stopped until each of them resumes." if everyone else ""
    )
    return (
        f"End the stop for {_whose(everyone)}? It comes back as 📝 PAPER, or as 🟠 REDUCING while "
        "the bot still holds what it bought live. Never as LIVE: that is /live on." + others
    )


def resumed(account: AccountOut) -> str:
    if account.stopped or account.mode is Mode.HALTED:
        why = e(account.reason) or "The owner, or a stop file on the host, stops all accounts."
        return f"🛑 Still stopped. {why}\n{pinned(account)}"
    return f"▶️ The stop is over.\n{pinned(account)}\nLive trading is off: /live on turns it on."


NOT_STOPPED = "No stop is in force. /status shows everything."


def limits(account: AccountOut) -> str:
    return (
        f"🛡 <b>Limits on buys</b> {mark(account.mode, sandbox=account.sandbox)}\n"
        f"{limits_lines(account.limits)}\n{used(account)}\n"
        "Tighten at once: <code>/limits trade 20</code>, <code>/limits day 5</code>, "
        "<code>/limits loss 2</code> (percent). Raising asks first, and never goes over the "
        f"operator's {usd(account.operatorLimits.maxTradeUsd)}, "
        f"{account.operatorLimits.maxTradesPerDay} a day and "
        f"{rules.share(account.operatorLimits.maxDailyLossShare)}."
    )


def used(account: AccountOut) -> str:
    """What the day has used of the limits."""
    today = account.today
    change = "not valued yet" if today.pnlUsd is None else usd(today.pnlUsd)
    return (
        f"Today ({e(today.day)} UTC): {today.trades} of {account.limits.maxTradesPerDay} trades, "
        f"{usd(today.spentUsd)} spent, profit and loss {change}"
    )


def limits_changed(account: AccountOut) -> str:
    return f"✅ Limits changed.\n{limits_lines(account.limits)}"


def raise_question(what: str, before: str, after: str) -> str:
    return f"Raise “{e(what)}” from {e(before)} to {e(after)}? More can be lost then."


def ago(seconds: int) -> str:
    if seconds < SOON:
        return f"{seconds} s ago"
    if seconds < HOUR:
        return f"{seconds // SOON} min ago"
    return f"{seconds // HOUR} h {seconds % HOUR // SOON} min ago"


def health(found: HealthOut) -> str:
    venues = found.exchanges or []
    yes = ", ".join(each.title for each in venues if each.supported) or "none"
    lines = [
        "✅ Backend health: OK" + (" (still recovering)" if found.recovering else ""),
        f"Version: {e(found.version or 'unknown')}",
        f"Live allowed by the operator: {'yes' if found.liveAllowed else 'no (ALLOW_LIVE)'}",
        f"Exchanges: {e(yes)}",
    ]
    if found.sandbox:
        lines.append("🧪 The exchange is a sandbox or test net: no real money.")
    if found.stopped:
        lines.append("🛑 A stop for all accounts is in force.")
    return "\n".join(lines)


def health_bad(error: PiggyError) -> str:
    return (
        f"❌ Backend health: {e(error.message)}\n{e(error.hint)}\n"
        "Nothing is bought while the trading service does not answer."
    )


def latched(why: str) -> str:
    return f"⏸ No buys for now: {e(why)}"


def health_lost(mode: Mode | None, *, sandbox: bool, why: str) -> str:
    live = (
        "\nLive trading ends: the trading service gives it up by itself within 60 seconds of "
        "silence, and I ask it to first thing when it is back."
        if mode is Mode.LIVE
        else ""
    )
    shown = "" if mode is None else f"{mark(mode, sandbox=sandbox)}\n"
    return (
        f"{shown}⚠️ The trading service has not answered three times in a row: {e(why)}\n"
        f"No buys until it is back.{live}\nIf it stays so: is it running on the host?"
    )


def health_back(account: AccountOut, *, was_live: bool) -> str:
    live = "\nLive trading was ended. Only you turn it on again: /live on" if was_live else ""
    return f"✅ The trading service answers again. Buys are possible.\n{pinned(account)}{live}"


def telegram_was_away(since: datetime) -> str:
    return (
        f"🔔 Telegram did not answer me since {since:%H:%M} UTC. Without it you have no brake, so "
        "new live buys were suspended. They are possible again."
    )
