"""What a narrow panel shows of the exchange: its newest orders, its counts, what misbehaves.

May import: sandbox.
"""

import httpx
import pytest

from piggybot.sandbox.exchange_server import ControlServer
from tests.sandbox.exchange_client import KEY, exchange

pytestmark = pytest.mark.anyio


async def test_a_glance_shows_the_newest_orders_first_and_counts_all_of_them():
    async with exchange() as (_, client):
        for number in range(22):
            await client.buy(f"pig-{number}")
        seen = (await client.http.get("/sandbox/glance")).json()
        ids = [one["clientOrderId"] for one in seen["orders"]]
        assert ids == [f"pig-{number}" for number in range(21, 1, -1)]
        assert seen["counts"] == {"orders": 22, "trades": 22, "posts": 22, "requests": 22}
        assert seen["balances"][KEY]["USDT"]["free"] == "8680.00000000"
        assert seen["prices"]["BTCUSDT"] == "10000.00000000"
        assert "timeout-after" in seen["faults"]


async def test_a_glance_names_all_that_misbehaves_until_it_is_well_again():
    async with exchange() as (sandbox, _):
        control = ControlServer(sandbox)
        await control.start()
        async with httpx.AsyncClient(base_url=control.url, verify=False) as http:
            wrong = ["timeout-after", "clock-skew", "candles-young", "refused"]
            for name in wrong:
                await http.post("/sandbox/fault", json={"name": name})
            assert (await http.get("/sandbox/glance")).json()["standing"] == wrong
            await http.post("/sandbox/fault", json={"name": "ok"})
            assert (await http.get("/sandbox/glance")).json()["standing"] == []
        await control.stop()
