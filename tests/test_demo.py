"""The demo as a person runs it: real processes, the guide from end to end, and a clean end.

May import: nothing of ours.
"""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from piggybot.__main__ import GUIDE, commands
from piggybot.script import Expect, ExpectBooks, parse

ROOT = Path(__file__).parent.parent
PATIENCE = 60.0
runner = CliRunner()


def environment(folder: Path) -> dict[str, str]:
    """A terminal in which a real token stands, which the demo must not use."""
    real = {"TELEGRAM_BOT_TOKEN": f"1234:{'r' * 35}", "MAX_TRADE_USD": "1"}
    return {**os.environ, **real, "TMPDIR": str(folder), "PYTHONPATH": str(ROOT)}


def processes_in(folder: Path) -> list[str]:
    """The processes that work below `folder`, as far as this system tells."""
    links = [path / "cwd" for path in Path("/proc").glob("[0-9]*")]
    found = []
    for link in links:
        try:
            found.append(os.readlink(link))
        except OSError:
            continue
    return [one for one in found if one.startswith(str(folder))]


def test_the_guide_runs_from_pairing_to_stop_and_leaves_nothing(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-m", "piggybot", "demo", "--play", "guide"],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    expected = [one for one in parse(GUIDE.read_text()) if isinstance(one, Expect | ExpectBooks)]
    assert done.stdout.splitlines()[-1].strip() == f"All {len(expected)} expectations held."
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []
    assert processes_in(tmp_path) == []


def test_the_guide_expects_what_the_guide_promises():
    steps = parse(GUIDE.read_text())
    texts = [one.text for one in steps if isinstance(one, Expect | ExpectBooks)]
    for promised in ("Bought 0.0", "Order ID:", "🔴 LIVE", "orders == 1", "balance.USDT < 10000"):
        assert any(promised in text for text in texts), promised


class Terminal:
    """A demo with its keyboard and its screen."""

    def __init__(self, folder: Path) -> None:
        self.seen = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "piggybot", "demo"],
            env=environment(folder) | {"PYTHONUNBUFFERED": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)

    def type(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()

    def until(self, pattern: str) -> re.Match[str]:
        """Read until the pattern stands on the screen, then forget what was before it."""
        end = time.monotonic() + PATIENCE
        while not (hit := re.search(pattern, self.seen)):
            assert time.monotonic() < end, f"no {pattern!r} in:\n{self.seen}"
            assert self.process.poll() is None, f"ended before {pattern!r}:\n{self.seen}"
            self._read()
            time.sleep(0.02)
        self.seen = self.seen[hit.end() :]
        return hit

    def interrupt(self) -> tuple[int, str]:
        """Press Ctrl-C; the exit status and the rest of the screen."""
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(PATIENCE)
        self._read()
        return status, self.seen

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.seen += (self.process.stdout.read() or b"").decode(errors="replace")


@pytest.fixture
def terminal(tmp_path: Path):
    terminal = Terminal(tmp_path)
    yield terminal
    terminal.close()


def test_a_chat_in_the_terminal_survives_kills_and_ends_cleanly(terminal: Terminal, tmp_path: Path):
    terminal.until(r"Pairing code: type  /start (\d{6})")
    terminal.until(r"[0-9a-f]{64}\s+[0-9a-f]{64}")
    address = terminal.until(r"The chat in your browser: (http://127\.0\.0\.1:\d+/)\s")[1]
    with urllib.request.urlopen(address) as page:
        assert b"<title>PiggyBot</title>" in page.read()
    terminal.type("/start {code}")
    terminal.until("Hello You")
    number = terminal.until(r"(\d):\[[^\]]*Test buy")[1]
    terminal.type(number)
    terminal.until("Bought 0.0")
    terminal.type("!bot kill")
    terminal.type("/balance")
    terminal.type("!bot start")
    terminal.until(r"Total: \$")
    terminal.type("!exchange nonsense")
    terminal.until("no fault is called 'nonsense'")
    status, rest = terminal.interrupt()
    assert status == 0
    assert "Traceback" not in rest
    assert list(tmp_path.iterdir()) == []
    assert processes_in(tmp_path) == []


def test_a_demo_that_is_lost_takes_its_houses_along(terminal: Terminal, tmp_path: Path):
    terminal.until("Everything runs")
    assert len(processes_in(tmp_path)) == 3
    terminal.process.kill()
    end = time.monotonic() + PATIENCE
    while processes_in(tmp_path):
        assert time.monotonic() < end, processes_in(tmp_path)
        time.sleep(0.05)


def test_a_bad_script_is_a_sentence_before_anything_starts(tmp_path: Path):
    script = tmp_path / "bad.txt"
    script.write_text("/start {code}\n?? profit == 1\n")
    done = runner.invoke(commands, ["demo", "--play", str(script)])
    assert done.exit_code == 2
    assert done.output.startswith("Line 2: The books have no 'profit'; they have orders,")


def test_a_script_that_is_not_there_is_a_sentence(tmp_path: Path):
    done = runner.invoke(commands, ["demo", "--play", str(tmp_path / "none.txt")])
    assert done.exit_code == 2
    assert done.output.strip().endswith("none.txt cannot be read: No such file or directory.")


def test_up_without_a_token_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN", raising=False)
    done = runner.invoke(commands, ["up"])
    assert done.exit_code == 2
    assert done.output.startswith("TELEGRAM_BOT_TOKEN is missing: talk to @BotFather in Telegram")
    assert len(done.output.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_stop_needs_no_bot_token_and_no_good_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN", raising=False)
    monkeypatch.setenv("BACKEND_API_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("PIGGY_DATA", str(tmp_path / "house"))
    monkeypatch.setenv("HEALTH_SECONDS", "often")
    done = runner.invoke(commands, ["stop"])
    assert done.exit_code == 1
    assert "HEALTH_SECONDS:" in done.output
    assert f"Stop file written: {tmp_path / 'house' / 'STOP'}." in done.output


def play(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Play a script in a demo that keeps its data."""
    path = folder / "script.txt"
    path.write_text(script)
    options = ["--data", str(folder / "kept"), "--play", str(path)]
    return subprocess.run(
        [sys.executable, "-m", "piggybot", "demo", *options],
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_a_demo_that_keeps_its_data_knows_its_owner_and_a_failed_play_exits_1(tmp_path: Path):
    first = play(tmp_path, "/start {code}\n? Hello\n")
    assert first.returncode == 0, first.stdout + first.stderr

    again = play(tmp_path, "/status\n? userId\n?? orders == 0\n!exchange no-such-fault\n")
    assert again.returncode == 1, again.stdout + again.stderr
    assert "Pairing code" not in again.stdout
    assert "✓ userId" in again.stdout
    assert "✓ orders == 0 (0 orders, 0 trades, 0 order POSTs)" in again.stdout
    assert "Line 4: expected !exchange no-such-fault to be done" in again.stdout
    assert "no fault is called 'no-such-fault'; there are: ok," in again.stdout
    assert processes_in(tmp_path) == []
