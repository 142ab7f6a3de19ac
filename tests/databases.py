"""Where a test keeps its database: in a new SQLite file, or as PIGGY_TEST_DATABASE says.

`{house}` in that address stands for bot or proxy, whose tables have the same names.

May import: nothing of ours.
"""

import os
from pathlib import Path

from sqlalchemy import MetaData

from migrations.database import House, open_database


def address(folder: Path, house: House, metadata: MetaData) -> str:
    """The address of this house's database, which is new, or has no row in it any more."""
    named = os.environ.get("PIGGY_TEST_DATABASE")
    if not named:
        return f"sqlite:///{folder / house / house}.db"
    url = named.format(house=house)
    engine = open_database(url, house)
    with engine.begin() as db:
        for table in reversed(metadata.sorted_tables):
            db.execute(table.delete())
    engine.dispose()
    return url
