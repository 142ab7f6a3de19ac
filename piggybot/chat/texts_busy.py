"""The words of work that takes a while, one message each; what comes of it takes their place.

Alone because they are said for a handler, not by it: those that tell how far they are say so
themselves (texts_backtest).

May import: nothing of ours.
"""

from collections.abc import Mapping

WAITS: Mapping[str, str] = {
    "validate": "⏳ I am asking the exchange about your key …",
    "live": "⏳ I am looking at all that live trading needs …",
    "live_on": "⏳ I am looking at all that live trading needs …",
    "live_confirm": "⏳ I am turning live trading on …",
    "balance": "⏳ I am asking for your balances …",
    "positions": "⏳ I am asking for the prices …",
    "chart": "⏳ I am fetching the candles …",
    "pnl": "⏳ I am adding up …",
    "export": "⏳ I am writing your files …",
    "flatten": "⏳ I am looking at what could be sold …",
    "flatten_confirm": "⏳ I am selling. What became of each market comes here …",
}
"""By command or by button."""
INTERRUPTED = "🔁 I was interrupted here and have begun again: the answer comes now."
FILES = "✅ Your files are below."
