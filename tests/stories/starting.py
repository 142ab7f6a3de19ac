"""Starts that cannot succeed: run in forks of one process, each in a folder of its own.

Run as a program with a list of [house, folder, environment]; prints a list of [exit, words].
Alone because a start must be the real one, and a process for each would take a second.
"""

import json
import os
import signal
import sys
import tempfile
import traceback
from pathlib import Path

import piggybot.app  # noqa: F401
import proxy.app  # noqa: F401 - both loaded once, before the forks
from piggybot.__main__ import commands
from proxy.__main__ import main

PATIENCE = 20


def ended(house: str, folder: str, environment: dict[str, str]) -> tuple[int, str]:
    """How a start in this folder and environment ends, and what it says."""
    with tempfile.TemporaryFile() as words:
        child = os.fork()
        if child == 0:
            start(house, folder, environment, words.fileno())
        _, status = os.waitpid(child, 0)
        words.seek(0)
        return os.waitstatus_to_exitcode(status), words.read().decode()


def start(house: str, folder: str, environment: dict[str, str], words: int) -> None:
    """Become that start; never returns."""
    os.dup2(words, 1)
    os.dup2(words, 2)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    code = 70  # a traceback
    try:
        signal.alarm(PATIENCE)
        code = main() if house == "proxy" else int(commands(["bot"], standalone_mode=False) or 0)
    except SystemExit as told:
        code = int(told.code or 0)
    finally:
        if sys.exc_info()[0] is not None:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    asked = json.loads(Path(sys.argv[1]).read_text())
    sys.stdout.write(json.dumps([ended(*one) for one in asked]))
