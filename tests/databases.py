"""Where a test keeps its database: in a new SQLite file, or as PIGGY_TEST_DATABASE says.

`{house}` in that address stands for bot or proxy, whose tables have the same names. A new file is
the copy of one that was migrated once: hundreds of tests begin with an empty database, and a
migration costs more than what most of them look at.

May import: nothing of ours.
"""

import os
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, MetaData

from migrations.database import House, open_database


def address(folder: Path, house: House, metadata: MetaData) -> str:
    """The address of this house's database, which is new, or has no row in it any more."""
    named = os.environ.get("PIGGY_TEST_DATABASE")
    if not named:
        return lay(folder / house / f"{house}.db", house)
    url = named.format(house=house)
    engine = open_database(url, house)
    with engine.begin() as db:
        for table in reversed(metadata.sorted_tables):
            db.execute(table.delete())
    engine.dispose()
    return url


def opened(file: Path, house: House) -> Engine:
    """The database of `house` in that file; a new one is migrated already."""
    return open_database(lay(file, house), house)


def lay(file: Path, house: House) -> str:
    """Put an empty, migrated database there, unless there is one; its address."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_migrated(house))
    return f"sqlite:///{file}"


@cache
def _migrated(house: House) -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "migrated.db"
        open_database(f"sqlite:///{file}", house).dispose()
        assert [file] == list(file.parent.iterdir()), "its log was not emptied: the copy lacks it"
        return file.read_bytes()
