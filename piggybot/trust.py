"""What the bot's two lines, to the proxy and to Telegram, share: the certificates that are trusted.

Alone because both need the same; httpx by itself reads them anew for each client, 30 ms a time.

May import: nothing of ours.
"""

import importlib.util
import ssl
import sys
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """What httpx trusts: its own list, or that of SSL_CERT_FILE or SSL_CERT_DIR."""
    return httpx.create_ssl_context()


def unsearched() -> None:
    """Let what httpx's lower half asks for at each request be known not to be there.

    Where sniffio is not installed, looking for it in all folders is a twentieth of every request.
    """
    if "sniffio" not in sys.modules and importlib.util.find_spec("sniffio") is None:
        sys.modules["sniffio"] = None  # type: ignore[assignment]
