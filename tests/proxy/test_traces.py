"""What is forgotten is in no byte of SQLite's files any more, or it is told that it may be."""

from sqlalchemy import event

from migrations.database import LOG_PATIENCE
from proxy.records import KeyRow
from proxy.store import Forgotten
from proxy.wire import Permissions
from tests.proxy.house import House


def files(house: House) -> bytes:
    return b"".join(path.read_bytes() for path in (house.folder / "proxy").glob("proxy.db*"))


def test_a_forgotten_key_leaves_no_byte_in_the_files(house):
    marker = "SEALED" + "x7Qz" * 400
    key = KeyRow("ann", "binanceus", marker, marker, Permissions(trade=True), house.now)
    house.store.keys.replace(key, None)
    assert house.store.keys.find("ann", "binanceus") == key
    assert b"x7Qz" in files(house)
    assert house.store.keys.forget("ann") == Forgotten(["binanceus"], False)
    assert b"x7Qz" not in files(house)
    assert house.store.keys.of("ann") == []


def test_a_reader_in_the_way_is_not_waited_for_long_and_the_trace_is_told(house):
    house.store.keys.replace(KeyRow("ann", "binanceus", "a", "b", Permissions(), None), None)
    with house.engine.connect() as db:
        usual = db.exec_driver_sql("PRAGMA busy_timeout").scalar()
    other = house.engine.dialect.dbapi.connect(house.engine.url.database)
    other.isolation_level = None
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM credentials").fetchone()
    asked: list[str] = []
    event.listen(house.engine, "checkout", lambda raw, *_: raw.set_trace_callback(asked.append))
    try:
        gone = house.store.keys.forget("ann")
    finally:
        other.close()
    patience = [f"PRAGMA busy_timeout={LOG_PATIENCE}", f"PRAGMA busy_timeout={usual}"]
    emptied = asked.index("PRAGMA wal_checkpoint(TRUNCATE)")
    assert [asked[emptied - 1], asked[emptied + 1]] == patience
    assert usual > LOG_PATIENCE
    assert gone == Forgotten(["binanceus"], True)
    with house.engine.connect() as db:
        assert db.exec_driver_sql("PRAGMA busy_timeout").scalar() == usual
    assert house.store.keys.forget("ann") == Forgotten([], False)
