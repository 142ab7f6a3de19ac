"""What went wrong inside a strategy, in one line: the kind, the words, the file and the line.

Alone because these words come from code that is not ours: they are cut short, kept to one line, and
nothing in them is trusted, not even that they can be had.

May import: core.
"""

import traceback
from pathlib import Path

from piggybot.core.money import visible

LONGEST = 200


def told(error: BaseException, home: str = "") -> str:
    """`ZeroDivisionError: division by zero (dip.py, line 21)`; the line is the last inside `home`.

    `home` is a folder or a file. Without one, it is the last line of all.
    """
    try:
        words = visible(str(error))
    except Exception:  # noqa: BLE001 - an error that cannot even say what it is
        words = ""
    kind = type(error).__name__
    said = f"{kind}: {words}" if words else kind
    where = _place(error, home)
    return f"{said[:LONGEST]} ({where})" if where else said[:LONGEST]


def _place(error: BaseException, home: str) -> str:
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return f"{Path(error.filename).name}, line {error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if frame.filename.startswith(home)]
    if not inside:
        return ""
    return f"{Path(inside[-1].filename).name}, line {inside[-1].lineno}"
