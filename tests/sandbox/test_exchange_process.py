"""The sandbox as a process: it says where it listens, refuses on request, and ends on a signal.

May import: sandbox.
"""

import asyncio
import json
import sys
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.anyio


async def ready(path: Path) -> dict[str, int]:
    async with asyncio.timeout(20):
        while not path.exists():
            await asyncio.sleep(0.02)
    return json.loads(path.read_text())


async def test_the_process_serves_both_worlds_and_can_refuse_and_come_back(tmp_path: Path):
    file = tmp_path / "ready.json"
    words = ("-m", "piggybot.sandbox", "--ready-file", str(file))
    process = await asyncio.create_subprocess_exec(sys.executable, *words)
    try:
        ports = await ready(file)
        urls = {name: f"http://127.0.0.1:{ports[name]}" for name in ("exchange", "control")}
        async with httpx.AsyncClient(verify=False) as http:
            ping = f"{urls['exchange']}/api/v3/ping"
            fault = f"{urls['control']}/sandbox/fault"
            assert (await http.get(ping)).json() == {}
            keys = (await http.get(f"{urls['control']}/sandbox/keys")).json()
            assert [len(key["apiKey"]) for key in keys] == [64]

            await http.post(fault, json={"name": "refused"})
            with pytest.raises(httpx.ConnectError):
                await http.get(ping)
            await http.post(fault, json={"name": "ok"})
            assert (await http.get(ping)).status_code == 200

            me = f"http://127.0.0.1:{ports['telegram']}/bot{ports['telegram_token']}/getMe"
            assert (await http.get(me)).json()["ok"] is True
        process.terminate()
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
