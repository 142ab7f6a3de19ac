"""A look at files and a database from outside: what is told of them, and that nothing is written.

May import: nothing of ours.
"""

import sqlite3
from errno import EACCES
from pathlib import Path

from sqlalchemy import text

from migrations.database import open_database
from migrations.look import Finding, database, files, ill

PASSWORD = "pass-word-9f8e7d6c5b4a"


def contents(folder: Path) -> dict[Path, tuple[int, bytes]]:
    return {one: (one.stat().st_mtime_ns, one.read_bytes()) for one in folder.iterdir()}


def test_a_look_at_a_database_in_use_writes_nothing_and_waits_for_nobody(tmp_path: Path) -> None:
    """While a writer is in the middle of a change, and after all have left."""
    url = f"sqlite:///{tmp_path / 'house' / 'bot.db'}"
    engine = open_database(url, "bot")
    with engine.begin() as db:
        db.execute(text("INSERT INTO flags VALUES ('a', 'b')"))
        before = contents(tmp_path / "house")
        assert database("Database", url, "bot", tmp_path).good
        assert contents(tmp_path / "house") == before
    engine.dispose()
    before = contents(tmp_path / "house")
    assert list(before) == [tmp_path / "house" / "bot.db"]
    assert database("Database", url, "bot", tmp_path).good
    assert contents(tmp_path / "house") == before


def test_a_database_that_is_none_or_in_another_mode_is_told(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    url = f"sqlite:///{path}"
    open_database(url, "bot").dispose()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode=DELETE")
    assert "not in the mode that keeps what it acknowledges" in str(
        database("D", url, "bot", tmp_path)
    )
    path.write_bytes(b"nothing of a database" * 99)
    assert "cannot be used (file is not a database)" in str(database("D", url, "bot", tmp_path))
    for bad in ("mysql://u:p@h/x", f"postgresql://u:{PASSWORD}@h:{PASSWORD}/x", "nonsense"):
        line = str(database("D", bad, "bot", tmp_path))
        assert "is not understood" in line and PASSWORD not in line


def test_files_that_others_can_read_are_named_with_what_to_run(tmp_path: Path) -> None:
    folder, env = tmp_path / "bot", tmp_path / ".env"
    assert str(files("Files", folder, env)).startswith("❌ Files: There is no folder")
    folder.mkdir()
    assert files("Files", folder, env).good
    env.touch(0o604)
    assert str(files("Files", folder, env)).endswith(
        f"{env} can be read by others. Run: chmod go-rwx {env}"
    )
    (folder / "deep").mkdir(0o700)
    deep = folder / "deep" / "x"
    deep.touch(0o600)
    deep.chmod(0o620)
    assert str(files("Files", folder, env)).endswith(
        f"{deep} and 1 more can be read by others. Run: chmod go-rwx {deep} {env}"
    )


def test_a_link_has_no_mode_of_its_own_and_what_it_names_is_looked_at(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "bot", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.touch(0o600)
    (folder / "link").symlink_to(elsewhere)
    assert files("Files", folder).good


class Shut(type(Path())):
    """A file in a folder that this user may not look into."""

    def exists(self, **_: bool) -> bool:
        raise PermissionError(EACCES, "Permission denied", str(self))


def test_files_of_another_user_are_said_to_be_so(tmp_path: Path) -> None:
    line = str(files("Files", tmp_path, Shut("/root/.env")))
    assert line == (
        "❌ Files: /root/.env cannot be looked at: permission denied. "
        "Run this as the user who runs the bot."
    )


def test_a_database_that_is_none_of_ours_has_no_migration(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE strangers (name)")
    line = str(database("D", f"sqlite:///{path}", "bot", tmp_path))
    assert "WAL, migration none; this version has 000" in line


def test_what_another_doctor_wrote_is_read_as_it_was_meant() -> None:
    for one in (Finding("A b", "Well: it is."), ill("A b", "It is not.")):
        assert Finding.read(str(one)) == one


def test_a_database_that_was_there_is_not_said_to_come_with_the_first_start(tmp_path: Path) -> None:
    folder, url = tmp_path / "bot", f"sqlite:///{tmp_path / 'bot' / 'bot.db'}"
    asked = ("D", url, "bot", folder)
    assert "It is made at the first start" in str(database(*asked))
    folder.mkdir()
    assert "It is made at the first start" in str(database(*asked))
    open_database(url, "bot").dispose()
    (folder / "lock").touch()
    (folder / "bot.db").unlink()
    assert "put the file back from its backup" in str(database(*asked))
    assert not (folder / "bot.db").exists()
