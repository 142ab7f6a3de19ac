"""Our fills as the venue has them, for the bot to hold its books against; and taking them over.

Alone because it reads what the venue says without believing the journal: the journal only tells
where to begin, and whose an id is.

May import: book_rows, conclusion, errors, fees, modes, parts, records, venue, wire.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from proxy.book_rows import BookRows
from proxy.conclusion import after_ask, disowned
from proxy.errors import Denied, ProxyError, VenueUnavailable
from proxy.fees import valued
from proxy.modes import Modes
from proxy.parts import Parts
from proxy.records import Account, Book, Entry, milliseconds
from proxy.venue import Report, Traded, Venue, Verdict
from proxy.wire import AdoptIn, AdoptOut, BooksOut, Mode, Side, Status, VenueOrder

OURS = "pg-"
"""What the ids begin with that this house mints."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class VenueBooks:
    """The venue's books, as far as they are ours."""

    def __init__(self, parts: Parts, modes: Modes, rows: BookRows) -> None:
        self._parts = parts
        self._modes = modes
        self._rows = rows

    async def books(self, user_id: str, exchange: str, mode: Mode, since_ms: int) -> BooksOut:
        """Orders of this user with fills since then, and what has our form and is not known."""
        await self._modes.find(user_id)
        book, since = Book.of(mode), EPOCH + timedelta(milliseconds=since_ms)
        venue = self._parts.venue(exchange, book)
        found = await self._read(user_id, venue, book, since)
        orders = [_shown(one, since_ms, known) for one, known in found]
        return BooksOut(
            exchange=exchange,
            title=venue.title,
            mode=Mode(book.value),
            since=since_ms,
            sandbox=venue.sandbox,
            orders=[one for one in orders if one.fills or one.open or not one.known],
        )

    async def adopt(self, ask: AdoptIn) -> AdoptOut:
        """Write down what the venue has of these orders, and that it does not have the others."""
        account = await self._modes.find(ask.userId)
        book, since = Book.of(ask.mode), EPOCH + timedelta(milliseconds=ask.since)
        venue = self._parts.venue(ask.exchange, book)
        wanted = set(ask.clientOrderIds)
        found = await self._read(ask.userId, venue, book, since)
        shown = [one for one, _ in found if one.client_id in wanted]
        entries = [await self._adopted(one, account, venue, book) for one in shown]
        for client_id in sorted(wanted - {one.client_id for one in shown}):
            entries += await self._disowned(client_id, account, venue, book)
        return AdoptOut(orders=[entry.out() for entry in entries])

    async def _read(
        self, user_id: str, venue: Venue, book: Book, since: datetime
    ) -> list[tuple[Traded, bool]]:
        """Each of ours, and whether the journal knows it."""
        door, rows = self._parts.door, self._rows
        owners: dict[str, str] = {}

        async def mine(ids: Sequence[str]) -> set[str]:
            owners.update(await door(rows.owners, ids))
            return {one for one in ids if owners.get(one, _maybe(one, user_id)) == user_id}

        symbols = set(await door(rows.symbols, user_id, venue.name, book))
        if book is Book.LIVE:
            symbols.update(self._parts.limits.symbols)
        found: list[Traded] = []
        for symbol in sorted(symbols):
            market = await venue.market(symbol)
            after = await door(rows.anchor, user_id, venue.name, symbol, since)
            found += await venue.traded(user_id, market, after, since, mine)
        if book is Book.PAPER:
            owners.update(await door(rows.owners, [one.client_id for one in found]))
        return [(one, one.client_id in owners) for one in found]

    async def _adopted(self, one: Traded, account: Account, venue: Venue, book: Book) -> Entry:
        executed = sum((fill.qty for fill in one.fills), Decimal(0))
        quote = sum((fill.qty * fill.price for fill in one.fills), Decimal(0))
        entry = Entry(
            one.client_id,
            account.user_id,
            venue.name,
            Mode(book.value),
            one.side,
            one.market.symbol,
            contents="",
            epoch=account.epoch,
            created=one.at,
            status=Status.UNKNOWN,
            market=one.market,
            asked_usd=quote if one.side is Side.BUY else None,
            units=executed if one.side is Side.SELL else None,
            sent_at=one.at,
            sandbox=venue.sandbox,
        )
        verdict = Verdict.OPEN if one.open else Verdict.DONE
        told = Report(verdict, "", "", "", one.order_id, executed, quote, one.fills, one.at)
        report = await valued(told, one.market, venue)
        door, journal, now = self._parts.door, self._parts.store.journal, self._parts.clock()
        await door(journal.add, entry)
        return await door(
            journal.settle,
            one.client_id,
            lambda known: after_ask(_doubted(known, entry), report, now),
        )

    async def _disowned(
        self, client_id: str, account: Account, venue: Venue, book: Book
    ) -> list[Entry]:
        """An order of ours that is not on the venue's list: out, if the venue says so once more.

        Where it does not, nobody may take the order out: the bot would, and hold less than we.
        """
        journal, door = self._parts.store.journal, self._parts.door
        entry = await door(journal.get, client_id)
        mine = account.user_id, book, venue.name
        if entry is None or (entry.user_id, entry.book, entry.exchange) != mine or not entry.done:
            return []
        others = await door(journal.others, entry)
        report = await venue.ask(entry.placement(), entry.created, others)
        if report.verdict is not Verdict.NOT_FOUND:
            raise _not_absent(client_id, venue.title, report)
        return [await door(journal.disown, disowned(entry, venue.title, self._parts.clock()))]


def _not_absent(client_id: str, title: str, report: Report) -> ProxyError:
    if report.verdict in {Verdict.DONE, Verdict.OPEN}:
        return Denied(
            "not_absent",
            f"{title} has the order {client_id} after all; its list only leaves it out.",
            "It stays in the books.",
        )
    message = report.message or f"{title} gave no usable answer about the order {client_id}."
    return VenueUnavailable(report.code or "unknown", message, "Try again in a minute.")


def _doubted(known: Entry, seen: Entry) -> Entry:
    """An end without an execution is in doubt where the venue shows one."""
    if not known.status.terminal or known.executed:
        return known
    return replace(
        known,
        status=Status.UNKNOWN,
        market=seen.market,
        asked_usd=seen.asked_usd,
        units=seen.units,
        concluded=None,
    )


def _maybe(client_id: str, user_id: str) -> str:
    """Whose an id is that the journal has never seen: this user's, if it has our form."""
    return user_id if client_id.startswith(OURS) else ""


def _shown(one: Traded, since: int, known: bool) -> VenueOrder:
    return VenueOrder(
        clientOrderId=one.client_id,
        orderId=one.order_id,
        symbol=one.market.symbol,
        side=one.side,
        at=milliseconds(one.at),
        open=one.open,
        known=known,
        fills=[fill for fill in one.fills if fill.at >= since],
    )
