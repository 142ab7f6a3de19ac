"""CSV for spreadsheets: no cell may act there, whatever a venue says of itself, and numbers stay.

May import: core.
"""

import csv
import io
import zipfile
from codecs import BOM_UTF8
from collections.abc import Iterable, Sequence
from typing import IO

from piggybot.core.mail import File

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
PACKED_FROM = 20_000_000
"""Bytes; Telegram takes 50 MB, and a phone would rather have less."""


def sheet(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """These rows under their columns."""
    return BOM_UTF8 + _lines([columns, *rows])


class Sheet:
    """A sheet that grows, and is packed once it is long: memory never holds a long one whole."""

    def __init__(self, name: str, columns: Sequence[str], packed_from: int = PACKED_FROM) -> None:
        self._name = name
        self._packed_from = packed_from
        self._plain, self._packed = io.BytesIO(), io.BytesIO()
        self._zip: zipfile.ZipFile | None = None
        self._end: IO[bytes] = self._plain
        self._end.write(sheet(columns, ()))

    def add(self, rows: Iterable[Sequence[str]]) -> None:
        """More rows, at its end."""
        self._end.write(_lines(rows))
        if self._zip is None and self._plain.tell() >= self._packed_from:
            self._zip = zipfile.ZipFile(self._packed, "w", zipfile.ZIP_DEFLATED)
            self._end = self._zip.open(f"{self._name}.csv", "w", force_zip64=True)
            self._end.write(self._plain.getvalue())
            self._plain.close()

    def file(self) -> File:
        """What came of it; nothing can be added any more."""
        if self._zip is None:
            return File(f"{self._name}.csv", self._plain.getvalue())
        self._end.close()
        self._zip.close()
        return File(f"{self._name}.zip", self._packed.getvalue())


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) and not _is_number(cell) else cell


def _is_number(cell: str) -> bool:
    return cell.removeprefix("-").replace(".", "", 1).isdecimal()
