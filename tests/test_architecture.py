"""The house keeps its own rules: signs, sizes, guests, and a help and a story for each command.

Each rule is also shown a file that breaks it: a check that cannot fail checks nothing.

May import: chat.
"""

import re
from pathlib import Path

import pytest

from piggybot.chat.commands import COMMANDS
from tests.architecture import Source, complaints, imports
from tests.rooms import FLOAT_ROOMS, GUESTS, MONEY_ROOMS, PURE, TIMING

ROOT = Path(__file__).parent.parent
HOUSES = ("piggybot", "proxy", "migrations", "tests", "bench")
SIGN = '"""A file.\n\nMay import: nothing of ours.\n"""\n'


def sources() -> list[Source]:
    paths = [path for house in HOUSES for path in sorted((ROOT / house).rglob("*.py"))]
    return [Source(path.relative_to(ROOT).as_posix(), path.read_text()) for path in paths]


def test_every_file_keeps_the_rules():
    found = sources()
    assert len(found) > 50, "the files are where this test looks for them"
    wrong = [line for source in found for line in complaints(source)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("path", "text", "complaint"),
    [
        ("piggybot/core/a.py", "x = 1\n", "has no docstring"),
        ("piggybot/core/a.py", '"""A file."""\n', "does not end in a sign"),
        (
            "piggybot/core/a.py",
            SIGN + "from piggybot.store import Store\n",
            "line 5: imports piggybot.store, and its sign does not name store",
        ),
        (
            "piggybot/core/a.py",
            SIGN + "from piggybot import desk\n",
            "imports piggybot.desk, and its sign does not name desk",
        ),
        ("piggybot/core/a.py", SIGN + "from ..store import Store\n", "a relative import"),
        (
            "piggybot/a.py",
            '"""A.\n\nMay import: vault.\n"""\nfrom proxy.vault import Vault\n',
            "the bot may know proxy.wire and proxy.fills, not proxy.vault",
        ),
        ("piggybot/a.py", SIGN + "import ccxt.async_support\n", "the bot never imports ccxt"),
        (
            "proxy/a.py",
            '"""A.\n\nMay import: core.\n"""\nfrom piggybot.core import money\n',
            "the proxy never imports the bot",
        ),
        ("piggybot/chat/trade.py", SIGN + "import telegram.ext\n", "telegram lives in"),
        ("piggybot/desk.py", SIGN + "import httpx\n", "httpx lives in"),
        ("proxy/desk.py", SIGN + "import sqlalchemy as sa\n", "sqlalchemy lives in"),
        ("proxy/a.py", SIGN + "#\n" * 300, "has 304 lines; below 300"),
        (
            "proxy/a.py",
            SIGN + "def f():\n" + "    x = 1\n" * 39,
            "f has 40 lines; below 40",
        ),
        (
            "proxy/a.py",
            SIGN + "def f():\n    import json\n    return json\n",
            "line 6: an import inside the function f",
        ),
        (
            "proxy/a.py",
            SIGN + "def f():\n    import json  # late:\n    return json\n",
            "line 6: an import inside the function f",
        ),
        (
            "proxy/a.py",
            SIGN + "def f():\n    import ccxt  # late: takes half a second\n    return ccxt\n",
            "line 6: ccxt lives in",
        ),
        (
            "proxy/desk.py",
            SIGN + "from datetime import datetime\nx = datetime.now()\n",
            "calls datetime.now",
        ),
        ("piggybot/desk.py", SIGN + "import random\n", "imports random"),
        ("piggybot/desk.py", SIGN + "from uuid import uuid4\n", "imports uuid"),
        (
            "piggybot/desk.py",
            SIGN + "import asyncio\nasync def f():\n    await asyncio.sleep(1)\n",
            "calls asyncio.sleep",
        ),
        ("piggybot/core/a.py", SIGN + "import asyncio\n", "the core does no I/O"),
        ("piggybot/core/a.py", SIGN + "def f(x: float): ...\n", "float; money is Decimal"),
        ("proxy/risk.py", SIGN + "SHARE = 0.01\n", "the float 0.01"),
        ("piggybot/answers.py", SIGN + "x = float('1')\n", "calls float()"),
    ],
)
def test_each_rule_can_fail(path: str, text: str, complaint: str):
    assert complaint in "\n".join(complaints(Source(path, text)))


def test_a_good_file_passes():
    good = (
        '"""A.\n\nMay import: errors,\nstore, wire.\n"""\nfrom migrations.database import Door\n'
        "from piggybot import errors\nfrom piggybot.store import Store\n"
        "from proxy.wire import Mode\n"
    )
    assert list(complaints(Source("piggybot/accounts.py", good))) == []


def test_no_allowance_is_left_over():
    """A guest's room that no longer has its guest is a door left open."""
    by_path = {source.path: {one.top for one in imports(source)} for source in sources()}
    for guest, rooms in GUESTS.items():
        for room in rooms:
            inside = [tops for path, tops in by_path.items() if path.startswith(room)]
            assert any(guest in tops for tops in inside), f"{guest} is not in {room} any more"
    for room in (*PURE, *MONEY_ROOMS, *FLOAT_ROOMS, *TIMING):
        assert any(path.startswith(room) for path in by_path), f"there is no {room}"


def test_every_command_has_a_help_of_one_line():
    for name, command in COMMANDS.items():
        assert re.fullmatch(r"[A-Z].{5,80}\.", command.help), f"/{name}: {command.help!r}"
        assert command.usage.startswith(f"/{name}")


def test_every_command_has_a_story():
    stories = "\n".join(
        path.read_text() for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__)
    )
    told = {name for name in COMMANDS if re.search(rf"""["'`\[]/{name}\b""", stories)}
    assert not set(COMMANDS) - told, f"no story types: {sorted(set(COMMANDS) - told)}"
