"""The handler of /pnl: what was earned in a while, as a picture and in words; each book apart.

Alone because it reads running totals by day, never a trade: its time does not grow with them.

May import: charts, core, pricing, store, wire.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from piggybot.charts.values import Head, ProfitChart
from piggybot.chat import texts_profit as texts
from piggybot.chat.ask import Ask, Button, House, Keyboard, Reply
from piggybot.core import profit
from piggybot.core.mail import File
from piggybot.core.positions import Book, Day, Position
from piggybot.core.profit import DAY
from piggybot.core.runs import Run
from piggybot.pricing import dust_of, prices_of
from proxy.wire import Mode

OFFERED_FOR = timedelta(days=1)
CHART_OF_A_DAY = 14
"""A day alone is no picture: so many days are drawn."""


class Period(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    ALL = "all"


LENGTHS = {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 30}


@dataclass(frozen=True, slots=True)
class Result:
    """What one book of a person came to in a period."""

    book: Book
    period: Period
    since: date
    days: Sequence[Day]
    """Of the picture: without gaps, and of a day a little more than that."""
    by_run: Mapping[str, Day]
    open: profit.Open
    open_of: Mapping[str, profit.Open]
    runs: Mapping[str, Run]

    @property
    def sum(self) -> Day:
        return profit.added(self.by_run.values())


async def pnl(ask: Ask) -> None:
    """Show what was earned: realised and open, with a picture."""
    period = texts.period(ask.words, [one.value for one in Period])
    account = await ask.house.desk.accounts.look(ask.person)
    own = Book.of(account.mode)
    books = [own, *(book for book in Book if book is not own)]
    firsts = {
        book: await ask.house.door(ask.house.store.ledger.first_day, ask.person.user_id, book)
        for book in books
    }
    shown = [book for book in books if firsts[book] is not None]
    if not shown:
        await ask.say(Reply(texts.NOTHING))
        return
    for book in shown:
        key = f"{ask.origin}:{book}"
        reply = await _reply(ask, book, Period(period or Period.MONTH), key)
        await ask.say(replace(reply, key=key))


async def other_period(ask: Ask) -> None:
    """A button under the picture: the same book over another while."""
    given = ask.params
    reply = await _reply(ask, Book(given["book"]), Period(given["period"]), given["key"])
    await ask.say(replace(reply, edits=given["key"]))


async def _reply(ask: Ask, book: Book, period: Period, key: str) -> Reply:
    found = await gathered(ask.house, ask.person.user_id, ask.person.id, book, period)
    total = found.sum.realised + found.open.unrealised
    badge = texts.badge(book, sandbox=ask.person.sandbox)
    note = texts.note(period.value, found.since, found.days)
    chart = ProfitChart(
        Head("Profit", note, badge, texts.number(total), total > 0 if total else None),
        tuple(one.day for one in found.days),
        tuple(one.realised for one in found.days),
        found.open.unrealised,
    )
    picture = File(f"profit-{book.lower()}-{period}.png", await ask.house.studio.draw(chart))
    mode = Mode.PAPER if book is Book.PAPER else Mode.LIVE
    head = texts.head(mode, period.value, found.since, sandbox=ask.person.sandbox)
    words = texts.words(found.sum, found.open, found.by_run, found.open_of, found.runs)
    return Reply(f"{head}\n{words}", _buttons(book, period, key), photo=picture)


async def gathered(
    house: House, user_id: str, person_id: int, book: Book, period: Period
) -> Result:
    """Everything that is told of one book."""
    ledger, today = house.store.ledger, house.clock().date()
    first = await house.door(ledger.first_day, user_id, book) or today
    length = LENGTHS.get(period)
    since = first if length is None else today - (length - 1) * DAY
    drawn = min(since, today - (CHART_OF_A_DAY - 1) * DAY) if period is Period.DAY else since
    days = await house.door(ledger.days, user_id, book, drawn)
    dust = await dust_of(house.market, await house.door(ledger.dust, user_id, book))
    held = [*await house.door(ledger.positions, user_id, book), *dust]
    prices = await prices_of(house.market, held)
    runs = await house.door(house.store.runs.of_person, person_id)
    return Result(
        book,
        period,
        since,
        profit.without_gaps(days, drawn, today),
        await house.door(ledger.by_run, user_id, book, since),
        profit.open_now(held, prices),
        {run_id: profit.open_now(_of(held, run_id), prices) for run_id in _run_ids(held)},
        {run.id: run for run in runs},
    )


def _run_ids(held: Sequence[Position]) -> list[str]:
    return list(dict.fromkeys(one.key.run_id for one in held))


def _of(held: Sequence[Position], run_id: str) -> list[Position]:
    return [one for one in held if one.key.run_id == run_id]


def _buttons(book: Book, shown: Period, key: str) -> Keyboard:
    row = [
        Button(
            texts.button_label(one.value, shown.value),
            "pnl",
            {"book": book.value, "period": one.value, "key": key},
            OFFERED_FOR,
        )
        for one in Period
    ]
    return (tuple(row),)
