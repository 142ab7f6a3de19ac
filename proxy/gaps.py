"""Why a series is not whole, in words: between which times, and what can be asked for instead.

Alone and pure, because a person who reads it at night must know at once what is the matter.

May import: errors, klines.
"""

from proxy.errors import BadCandles
from proxy.klines import Series, Span, stamp

NOT_NOW = "Trading there may be halted. Nothing is decided meanwhile; try again in a minute."


def not_closed(series: Series, span: Span) -> BadCandles:
    """The last candle is still open by the venue's clock."""
    message = (
        f"{series.title}'s clock has not reached {stamp(span.end)}: the last of these "
        f"{series.symbol} {series.timeframe} candles is not closed yet."
    )
    return BadCandles("not_closed_yet", message, "Ask for an end that has passed, or ask later.")


def why_not_whole(
    series: Series, span: Span, missing: list[Span], oldest: int | None, now: int
) -> BadCandles:
    """The one error for what is `missing` of `span`. `oldest`: the first one that ever was."""
    head, last = missing[0], missing[-1]
    if head.first == span.first:
        begins = span.end if oldest is None else oldest
        missing = [hole for hole in (head.since(begins), *missing[1:]) if hole.count]
        if not missing:
            return _too_young(series, span, begins)
    if last.last == span.last and span.end + span.step > now:
        return _stale(series, span, last)
    return _gapped(series, span, missing)


def _too_young(series: Series, span: Span, begins: int) -> BadCandles:
    there = (span.end - begins) // span.step
    if not there:
        message = f"{series.name} begin later than {stamp(span.end)}."
        hint = "Ask for a later time, or another market."
        return BadCandles("too_little_history", message, hint)
    message = f"{series.name} begin at {stamp(begins)}."
    hint = f"{there} of the {span.count} asked for are there: ask for at most {there}."
    return BadCandles("too_little_history", message, hint, begins)


def _stale(series: Series, span: Span, hole: Span) -> BadCandles:
    missing = "one is" if hole.count == 1 else f"{hole.count} are"
    message = (
        f"{series.name} are not up to date: the newest {missing} missing, "
        f"{stamp(hole.first)} to {stamp(hole.end)}."
    )
    return BadCandles("stale_candles", message, NOT_NOW)


def _gapped(series: Series, span: Span, missing: list[Span]) -> BadCandles:
    hole = missing[-1]
    more = f", and {len(missing) - 1} more before" if len(missing) > 1 else ""
    message = (
        f"{series.name} have a gap, {stamp(hole.first)} to {stamp(hole.end)}{more}: the "
        "exchange itself has none, as after an outage. Nothing is made up."
    )
    there = (span.end - hole.end) // span.step
    before = f"candles that end by {stamp(hole.first)}"
    hint = f"Ask for at most {there}, or for {before}." if there else f"Ask for {before}, or later."
    return BadCandles("gapped_candles", message, hint, hole.end if there else None)
