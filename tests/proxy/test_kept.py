"""A database's file that is taken away, or put back from a copy, under a house that runs.

What then becomes of an order and of a stop is that of a full disk: test_full_disk.py.
"""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tests.databases import opened

WRITE, READ = text("INSERT INTO marks VALUES (1)"), text("SELECT count(*) FROM marks")


@pytest.mark.parametrize("replaced", [False, True])
def test_nothing_is_acknowledged_that_the_file_in_its_place_does_not_hold(tmp_path, replaced):
    file = tmp_path / "proxy.db"
    engine = opened(file, "proxy")
    with engine.begin() as db:
        db.execute(text("CREATE TABLE marks (one INTEGER)"))
        db.execute(WRITE)
    aside = file.rename(tmp_path / "aside.db")
    if replaced:
        file.write_bytes(aside.read_bytes())
    said = f"{file.name} was removed or replaced while it was in use"
    with pytest.raises(OperationalError, match=said), engine.begin() as db:
        db.execute(WRITE)
    with engine.begin() as db:
        assert db.execute(READ).scalar() == 1
    aside.replace(file)
    with engine.begin() as db:
        db.execute(WRITE)
        assert db.execute(READ).scalar() == 2
    engine.dispose()
