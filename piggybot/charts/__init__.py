"""Pictures: pure functions from values to PNG bytes, and the Studio that draws them aside.

The drawing library takes a second to load and a good part of one to draw: it is loaded when the
first picture is wanted, in the studio's own thread, and the bot's loop never waits for it.

May import: charts.
"""

import asyncio
import importlib
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from piggybot.charts.values import BacktestChart, CandleChart, Chart, ProfitChart

ROOMS: dict[type[Chart], str] = {
    BacktestChart: "piggybot.charts.backtest",
    CandleChart: "piggybot.charts.candles",
    ProfitChart: "piggybot.charts.profit",
}


class Studio:
    """Draws one picture at a time; `folder` is where the library keeps its list of fonts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="studio")

    async def draw(self, chart: Chart) -> bytes:
        """The PNG of a chart."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._worker, partial(self._drawn, chart))

    def close(self) -> None:
        """What is being drawn is still finished; nothing else is begun."""
        self._worker.shutdown(wait=True, cancel_futures=True)

    def _drawn(self, chart: Chart) -> bytes:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.environ.setdefault("MPLCONFIGDIR", str(self._folder))
        return drawn(chart)


def drawn(chart: Chart) -> bytes:
    """The PNG of a chart, here and now; the first one takes a second longer."""
    picture: bytes = importlib.import_module(ROOMS[type(chart)]).draw(chart)
    return picture
