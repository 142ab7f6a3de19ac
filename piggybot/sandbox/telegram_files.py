"""A file that the bot has uploaded: its bytes, and the sides of a picture.

Alone, because whoever shows a picture must know its sides before its bytes have come.

May import: nothing of ours.
"""

import struct
from dataclasses import dataclass
from typing import Any

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
SIDES_AT = slice(16, 24)
FRAMES = frozenset({*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)})
"""The JPEG markers after which the sides stand."""


@dataclass(frozen=True, slots=True)
class File:
    """Bytes that the bot has uploaded; a picture's sides, or 0."""

    id: str
    name: str
    mime: str
    data: bytes
    width: int = 0
    height: int = 0

    def to_json(self) -> dict[str, Any]:
        return {"file_id": self.id, "file_unique_id": f"u{self.id}", "file_size": len(self.data)}


def sides(data: bytes) -> tuple[int, int]:
    """Width and height of a PNG or a JPEG; 0 and 0 where they cannot be read."""
    if data.startswith(PNG) and len(data) >= SIDES_AT.stop:
        width, height = struct.unpack(">II", data[SIDES_AT])
        return width, height
    return _jpeg_sides(data) if data.startswith(JPEG) else (0, 0)


def _jpeg_sides(data: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 <= len(data) and data[at] == JPEG[0]:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if marker in FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return 0, 0
