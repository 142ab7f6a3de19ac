"""Sealed keys: kept by account, and gone from every file once they are forgotten.

May import: core, store.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event

from piggybot.core.keys import KeyRow, Removed
from piggybot.core.people import Dialogue
from piggybot.store import Store
from tests.bot.values import ANNA, BEN, NOW, arrived, letter

MARKS = [f"hpke1:0011aabb:ANNAS-{place}" for place in ("KEY", "SECRET", "IN", "OUT", "TALK")]
KEY = KeyRow("user-anna", "binance", MARKS[0], MARKS[1], "wxyz", "0011aabb", NOW)
OTHER = replace(KEY, sealed_key="hpke1:0011aabb:K", sealed_secret="hpke1:0011aabb:S")


def written(engine: Engine) -> bytes:
    """Every byte of every file of the database."""
    folder = Path(str(engine.url.database)).parent
    return b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())


@pytest.fixture
def anna(store: Store) -> Store:
    """Anna with a key, and sealed texts of hers on their way; Ben with a key of his own."""
    store.people.join(ANNA)
    store.people.join(BEN)
    store.keys.put(KEY)
    store.keys.put(replace(OTHER, user_id="user-ben", sealed_key="hpke1:0011aabb:BENS"))
    store.inbox.add([arrived("m70:1", body={"sealed": MARKS[2]})])
    store.inbox.add([arrived("m70:2")])
    store.outbox.add([letter("sealed", body={"text": MARKS[3]}), letter("plain")], [])
    store.dialogues.put(Dialogue(7, "setkeys", "secret", {"key": MARKS[4]}, NOW))
    return store


def test_a_key_is_kept_to_the_letter_and_replaced_by_the_next(anna: Store) -> None:
    assert anna.keys.get("user-anna", "binance") == KEY
    anna.keys.validated("user-anna", "binance", NOW)
    assert anna.keys.get("user-anna", "binance") == replace(KEY, validated=NOW)

    anna.keys.put(replace(KEY, hint="9999"))
    assert anna.keys.all_of("user-anna") == [replace(KEY, hint="9999")]
    assert anna.keys.get("user-anna", "binanceus") is None


def test_forgetting_removes_what_is_sealed_and_nothing_else(anna: Store) -> None:
    assert anna.keys.forget("user-anna", "binance") == Removed(("binance",), False)

    assert anna.keys.all_of("user-anna") == []
    assert [row.key for row in anna.inbox.unfinished()] == ["m70:2"]
    assert [row.dedupe for row in anna.outbox.due(NOW, 9)] == ["plain"]
    assert anna.dialogues.get(7) is None
    assert anna.keys.get("user-ben", "binance") is not None
    assert anna.keys.forget("user-anna", "binance") == Removed((), False)


def test_a_forgotten_key_is_in_no_file_any_more(tmp_path: Path, anna: Store, engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    for n in range(60):  # enough rows that pages split and leave copies behind
        anna.keys.put(replace(OTHER, exchange=f"a{n}", sealed_key="hpke1:0011aabb:" + "p" * 900))
        anna.keys.put(replace(KEY, sealed_key=f"{MARKS[0]}{n}"))
    for mark in MARKS:
        assert mark.encode() in written(engine)

    anna.keys.forget("user-anna", "binance")

    left = written(engine)
    assert [mark for mark in MARKS if mark.encode() in left] == []
    assert b"BENS" in left


def test_a_reader_in_the_way_makes_it_say_that_a_copy_may_be_left(anna: Store, engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    other = engine.dialect.dbapi.connect(engine.url.database, timeout=0)
    other.isolation_level = None
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM keys").fetchone()
    impatient = _impatient(engine)
    try:
        gone = Store(impatient).keys.forget("user-anna", "binance")
    finally:
        other.close()
        impatient.dispose()
    assert gone.traces
    assert anna.keys.get("user-anna", "binance") is None


def _autocommit(raw: Any, _: object) -> None:
    raw.isolation_level = None


def _impatient(engine: Engine) -> Engine:
    hasty = create_engine(engine.url, module=engine.dialect.dbapi, connect_args={"timeout": 0})
    event.listen(hasty, "connect", _autocommit)
    return hasty


def test_what_may_be_printed_of_a_key_holds_nothing_sealed() -> None:
    assert "hpke1" not in repr(KEY)
    assert "hpke1" not in repr(Dialogue(7, "setkeys", "secret", {"key": MARKS[0]}, NOW))
