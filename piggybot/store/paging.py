"""A long list read in pages: each page is a short visit to the store, and begins where one ended.

Alone because the order must be whole: where two rows could stand either way, a page would lose one.

May import: nothing of ours.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, literal, tuple_


def past(order: Sequence[Column[Any]], known: Sequence[object]) -> ColumnElement[bool]:
    """Rows that come after these values in this order; an index on its first columns serves it."""
    pairs = zip(order, known, strict=True)
    return tuple_(*order) > tuple_(*(literal(value, column.type) for column, value in pairs))
