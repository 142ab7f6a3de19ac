"""The certificates that the bot trusts, loaded once for all its connections.

Alone because both of its lines, to the proxy and to Telegram, need the same; httpx by itself reads
them anew for each client, 30 ms a time.

May import: nothing of ours.
"""

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """What httpx trusts: its own list, or that of SSL_CERT_FILE or SSL_CERT_DIR."""
    return httpx.create_ssl_context()
