"""The sandbox as a process of its own: `python -m piggybot.sandbox`.

Starts the exchange, a port for its other side that no fault can close, and Telegram, all on
127.0.0.1, and writes the ports to the ready file when everything listens. The exchange's demo key
is at `/sandbox/keys`.

May import: processes.
"""

import argparse
import asyncio
import json
import os
import signal
from pathlib import Path

from piggybot.processes import end_with_parent
from piggybot.sandbox.exchange import ExchangeSandbox
from piggybot.sandbox.exchange_server import ControlServer, ExchangeServer
from piggybot.sandbox.market import DATA
from piggybot.sandbox.serve import Server
from piggybot.sandbox.telegram import TelegramSandbox, utc_now


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m piggybot.sandbox", description=__doc__)
    parser.add_argument("--exchange-port", type=int, default=0)
    parser.add_argument("--telegram-port", type=int, default=0)
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the candle files")
    parser.add_argument("--ready-file", type=Path)
    return parser.parse_args()


def write_ready(path: Path, ports: dict[str, int | str]) -> None:
    """Whole or not at all: whoever waits for the file must never read half of it."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(ports))
    part.replace(path)


async def run(chosen: argparse.Namespace) -> None:
    """Serve until SIGINT or SIGTERM."""
    sandbox = ExchangeSandbox(data=chosen.data)
    sandbox.add_key()
    exchange = ExchangeServer(sandbox, chosen.exchange_port)
    control = ControlServer(sandbox, chosen.control_port)
    # A bot that has kept its data must not take a new message for one of an earlier sandbox.
    phone = TelegramSandbox(first_message_id=int(utc_now().timestamp()))
    telegram = Server(phone.app, chosen.telegram_port)
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    servers = {"exchange": exchange, "control": control, "telegram": telegram}
    for server in servers.values():
        await server.start()
    ports: dict[str, int | str] = {name: server.port for name, server in servers.items()}
    ports |= {"pid": os.getpid(), "telegram_token": phone.token}
    if chosen.ready_file:
        write_ready(chosen.ready_file, ports)
    await ended.wait()
    for server in servers.values():
        await server.stop()


if __name__ == "__main__":
    end_with_parent()
    asyncio.run(run(options()))
