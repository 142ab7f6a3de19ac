"""Small real pictures, made here, for tests that send one; and what can be read on those of ours.

May import: nothing of ours.
"""

import struct
import zlib

from matplotlib.figure import Figure
from matplotlib.text import Text


def png(width: int = 4, height: int = 3, grey: int = 128) -> bytes:
    """A grey picture of that size, as any reader of PNG takes it."""
    lines = (b"\0" + bytes([grey]) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(lines)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def size(picture: bytes) -> tuple[int, int]:
    """Width and height of a PNG."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


def words(figure: Figure) -> list[Text]:
    """All that can be read on it."""
    found = list(figure.texts)
    for axes in figure.axes:
        found += axes.texts
        legend = axes.get_legend()
        found += [] if legend is None else legend.get_texts()
        for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            ticks = axis.get_major_ticks()
            seen = [tick for tick in ticks if limits[0] <= tick.get_loc() <= limits[1]]
            found += [each for tick in seen for each in (tick.label1, tick.label2)]
    return [one for one in found if one.get_visible() and one.get_text().strip()]


def luminance(colour: str) -> float:
    """How bright a colour is, from 0 to 1, as WCAG counts it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check
