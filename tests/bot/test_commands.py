"""COMMANDS, ACTIONS and STEPS hold together: each has help, each button an answer.

May import: chat.
"""

import ast
import re
from pathlib import Path

import pytest

from piggybot.chat.commands import ACTIONS, COMMANDS, STEPS
from piggybot.chat.texts_busy import WAITS
from tests.bot.bench import Bench

pytestmark = pytest.mark.anyio
CHAT = Path(__file__).parents[2] / "piggybot" / "chat"
MENU_DESCRIPTION = 256


def test_every_command_has_help_of_one_sentence_that_telegram_takes() -> None:
    for name, command in COMMANDS.items():
        assert re.fullmatch(r"[a-z]{1,32}", name)
        assert 3 <= len(command.help) <= MENU_DESCRIPTION
        assert command.help.endswith(".")
        assert command.usage.startswith(f"/{name}")


def test_the_commands_that_move_money_are_marked_and_stop_and_live_off_never_are() -> None:
    assert {name for name, each in COMMANDS.items() if each.money} == {"testbuy", "buy", "sell"}
    assert {name for name, each in COMMANDS.items() if each.open} == {"start"}


def test_every_button_in_the_handlers_has_an_action() -> None:
    named = {
        node.args[1].value
        for path in CHAT.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Button"
        if isinstance(node.args[1], ast.Constant)
    }
    assert {"run_picked", "order"} <= named
    assert named <= set(ACTIONS)


def test_what_is_said_while_it_takes_a_while_is_of_a_command_or_a_button() -> None:
    assert WAITS.keys() <= COMMANDS.keys() | ACTIONS.keys()
    long = {"validate", "chart", "pnl", "export", "flatten", "flatten_confirm", "live_confirm"}
    assert long <= WAITS.keys()
    answered_by_the_desk = {name for name, one in COMMANDS.items() if one.money} | {"order"}
    assert not WAITS.keys() & (answered_by_the_desk | {"stop"}), "nothing would take its place"


def test_every_step_has_a_handler() -> None:
    assert {name for name, _ in STEPS} == {"setkeys", "live", "run"}


async def test_help_lists_every_command(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    [told] = await bench.say("/help")
    bench.close()
    assert all(f"/{name}" in told for name in COMMANDS)
    assert len(told) < 4096
